"""Overlays do what the sets of the Overlay Specification show, here on documents of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.generator.overlaying import applied, yaml

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("document", "actions", "result"),
    [
        pytest.param(
            "{paths: {/a: {get: {summary: Old, tags: [x]}}}}",
            "- {target: \"$.paths['/a'].get\", update: {summary: New, description: More}}",
            "{paths: {/a: {get: {summary: New, tags: [x], description: More}}}}",
            id="description and summary",
        ),
        pytest.param(
            "{info: {title: T}}",
            "- {target: $.info, update: {license: {name: MIT, url: 'https://example.com'}}}",
            "{info: {title: T, license: {name: MIT, url: 'https://example.com'}}}",
            id="add a license",
        ),
        pytest.param(
            "{c: {House: {properties: {kind: {type: string, example: hut}, id: {example: 1}}}}}",
            "- {target: \"$.c.House.properties['kind'].example\", remove: true}",
            "{c: {House: {properties: {kind: {type: string}, id: {example: 1}}}}}",
            id="remove an example",
        ),
        pytest.param(
            "{r: {'200': {a: {properties: {id: {type: integer}, name: {type: string}}}}}}",
            "- {target: \"$.r['200']..properties[?(@.type == 'string')]\", remove: true}",
            "{r: {'200': {a: {properties: {id: {type: integer}}}}}}",
            id="remove properties of a type, at any depth",
        ),
        pytest.param(
            "{openapi: 3.1.0, info: {title: T}}",
            "- {target: $, update: {info: {x-done: true}}}",
            "{openapi: 3.1.0, info: {title: T, x-done: true}}",
            id="update the root",
        ),
        pytest.param(
            "{paths: {/a: {get: {responses: {'200': {}, '500': {}}}},"
            " /b: {put: {responses: {'200': {}, '500': {}, default: {}}}}}}",
            "- {target: \"$.paths..responses['500']\", remove: true}\n"
            "- {target: \"$.paths..responses['default']\", remove: true}",
            "{paths: {/a: {get: {responses: {'200': {}}}}, /b: {put: {responses: {'200': {}}}}}}",
            id="remove answers wherever they are",
        ),
        pytest.param(
            "{paths: {/a: {get: {summary: S, tags: [own]}}, /b: {get: {tags: [own]}}}}",
            "- {target: \"$.paths['/a'].get.summary\", remove: true}\n"
            "- {target: $.paths.*.get, update: {tags: [all]}}\n"
            "- {target: \"$.paths['/a'].get\", update: {x-info: {by: o}, tags: [one]}}\n"
            "- {target: $.paths.*, update: {post: {x: {y: z}}}}",
            "{paths: {/a: {get: {tags: [own, all, one], x-info: {by: o}}, post: {x: {y: z}}},"
            " /b: {get: {tags: [own, all]}, post: {x: {y: z}}}}}",
            id="many operations",
        ),
        pytest.param(
            "{servers: [{url: a, description: Dev}, {url: b, description: Live}]}",
            "- {target: \"$.servers[?( @.description == 'Dev' )]\", remove: true}",
            "{servers: [{url: b, description: Live}]}",
            id="remove a server",
        ),
        pytest.param(
            "{servers: [{url: a}, {url: b}]}",
            "- {target: $.servers, remove: true}\n- {target: $, update: {servers: [{url: c}]}}",
            "{servers: [{url: c}]}",
            id="replace the servers",
        ),
        pytest.param(
            "{paths: {/a: {get: {x-traits: {paged: true}}}, /b: {get: {}}}}",
            "- {target: '$.paths[*].get[?@.paged]', update: {size: 1}}",
            "{paths: {/a: {get: {x-traits: {paged: true, size: 1}}}, /b: {get: {}}}}",
            id="apply traits",
        ),
    ],
)
@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_the_sets_of_the_specification_come_out_as_it_shows(
    folder: Path, document: str, actions: str, result: str, version: str
) -> None:
    assert applied(folder, yaml(document), *yaml(actions), version=version) == yaml(result)
