"""Packages of the wheel: those below lib/, the example's generator, notebooks and publisher."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages("lib"), "v6monitor.data", "v6monitor.notebooks", "v6monitor_example"]
)
