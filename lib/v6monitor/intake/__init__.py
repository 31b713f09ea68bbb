"""Intake: files of Internet.nl and others, read into one canonical table.

One reader per format (``result_tables``, ``api``, ``lists``, ``mapped``) returns raw cells as
parts, ``assembly`` makes canonical rows of them with ``columns``, ``cleaning``, ``dates`` and
``organisations``, and ``intake`` joins the files. ``states`` turns results into yes, no and
unknown; ``companions``, ``organisations`` and ``waivers`` read the files beside measurements, and
``list_check`` says what to correct in the list.
"""
