"""Intake: files of Internet.nl and others, read into one canonical table.

One reader per format (``result_tables``, ``api``, ``lists``) returns raw cells as parts,
``assembly`` makes canonical rows of them with ``columns``, ``cleaning`` and ``sectors``,
``reading`` does so with each file once, and ``intake`` joins them. ``states`` turns results into
yes, no and unknown; ``companions`` finds the files beside measurements that ``organisations`` and
``annotations`` read, and ``list_check`` says what to correct.
"""
