"""How an operation and its values travel: one module a binding.

Operation and values become an HTTP message and back; nothing here judges.
"""
