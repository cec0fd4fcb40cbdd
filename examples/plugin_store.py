"""Search the plugin store: python examples/plugin_store.py KEYWORD."""

import sys

from coze_client import Coze

_, keyword = sys.argv

with Coze() as coze:
    page = coze.stores.plugins.list(keyword=keyword, page_size=50)
    print(f"{page.total} plugins")
    for plugin in page:  # every page
        print(plugin.metainfo.name, plugin.plugin_info.description)
