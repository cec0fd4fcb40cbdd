"""Resources with what spans several calls: waiting for what a call starts, and tool loops.

Each adds methods to a generated resource. What a state means is data (`coze_api.waiting`, from the
overlays); how to wait is in `coze_core`.
"""
