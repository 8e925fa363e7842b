"""The wire, as pure functions: messages, parameters, flattening, signatures, timestamps, XML.

Nothing here does I/O, knows the time or knows an operation: text and bytes in, values out.  A fault in these codecs
is invisible from inside, since the client and the embedded endpoint share them; the vectors in ``cases/vectors/``,
made with other tools, are what holds them.
"""
