"""Write the bots of a workspace to a table: python examples/bots_to_csv.py WORKSPACE_ID FILE."""

import csv
import sys
from pathlib import Path

from coze_client import Coze

_, workspace_id, path = sys.argv

with Coze() as coze, Path(path).open("w", newline="", encoding="utf-8") as file:
    table = csv.writer(file)
    table.writerow(["id", "name", "description"])
    for bot in coze.bots.list(workspace_id=workspace_id):  # every page
        table.writerow([bot.id, bot.name, bot.description])
