"""Making refusals: a code of `codes.RefusalCode` and a sentence for the caller alone.

Apart from `codes`, because the typed client knows the codes and not the chaincode runtime.
"""

from counterfoil_chaincode.refusal import Refusal

from .codes import RefusalCode


def refusal(code: RefusalCode, text: str) -> Refusal:
    """The error that ends a transaction function: `CODE: text`. The text names nothing the caller may not
    know."""
    return Refusal(code.value, text)
