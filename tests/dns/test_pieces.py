"""A log in pieces gives the tables of the whole."""

from pathlib import Path

import pandas as pd
import pytest
from lookups_world import World, first_questions, hosts

import datetime as dt
