"""Compares two states of the API and of its client, and says what the changes break.

How a comparison goes, from the bottom up::

    revisions  a git revision, a folder or a file -> two states
    surface    a state: document, public surface, classes
    document   nodes with the JSON pointers they stand at; references followed
    schema     what a schema says, however it is written: one view for each schema
    graph      pairs of schemas used at the same place; each pair is compared once -> Finding,
                 and is met at each place of an operation that it reaches -> Located
    keywords, members   what differs in a pair
    wire       bodies, parameters, security, operations: where pairs are used
    methods, classes   what differs in the public surface of the client -> Located
    python     what a change is about in Python, and whether one annotation fits another
    rules, comparison   each located finding judged by its rule -> Change
    blame      the file and line that made a change
    facade     what changed in the packages that are written by hand
    report     changes grouped by cause, without those that are accepted; formats prints it

**Findings have no direction.** That a string became an integer is found once for a pair of
schemas. Whether it breaks depends on who sends the value: a request may be widened, a response
may be narrowed. So a finding names an *aspect* (``type-changed``), and the place where it is met
makes the rule: ``request-property-type-changed``. The levels of a rule are data
(``rules/*.yaml``), with an example and a near miss each, which the tests run.

**Pairs, not trees.** Schemas refer to each other in circles, and one component is used by many
operations. The graph holds a pair (old, new) once, enters it before it looks inside, and so ends.
From the differing pairs, ``Tracer`` walks to the nearest place in each operation.

**Two verdicts.** The wire level is about programs that run today, the client level about those
that take the new client. A rule says how bad a change can be in Python; it is that bad only if
the public surface changes at that place. Both are tied together by *client parts*, such as
``("argument", operation, wire name)``: a located finding lists those that it may affect. A change
of the surface that no change on the wire explains is reported by itself, with the wire level
``none``.

**Where a change comes from** is found by comparing again, further up: if the published documents
show the same change, the document made it; if the corrected documents do, an overlay did, and the
line is named that wrote what differs there; otherwise the generator did.
"""
