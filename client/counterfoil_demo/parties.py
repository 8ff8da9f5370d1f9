"""Made-up enterprises and buyers for the story, drawn by seed. None of them exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from counterfoil_documents.social_credit_code import check_character

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True)
class Seller:
    """A Chinese enterprise; `code` is its unified social credit code with both check characters right."""

    name: str
    code: str
    city: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer abroad; `country` is ISO 3166, `number` a registration in the buyer's country."""

    name: str
    number: str
    city: str
    country: str


# City, its GB/T 2260 code, the first characters of the organisation codes given there.
_CITIES: Final = (
    ("上海", "310000", "MA1FL"),
    ("深圳", "440300", "MA5GF"),
    ("杭州", "330100", "MA2AX"),
    ("重庆", "500000", "MA60Q"),
)
_FANCIES: Final = ("样澜", "示禾", "例川", "拟云", "虚舟", "设岚")
_TRADES: Final = ("纺织", "精密机械", "陶瓷", "照明电器", "五金工具", "玩具")
_BUYERS: Final = {
    "USD": (
        ("Imaginary Harbor Imports Inc.", "Baltimore", "US"),
        ("Sample & Daughters Wholesale LLC", "Savannah", "US"),
        ("Comercial Exemplo do Atlântico Ltda", "Santos", "BR"),
        ("Fictional Gulf General Trading LLC", "Dubai", "AE"),
        ("Nowhere Cape Distributors (Pty) Ltd", "Durban", "ZA"),
        ("Hypothetical Islands Retail Pte Ltd", "Singapore", "SG"),
    ),
    "EUR": (
        ("Mustermann & Söhne Großhandel GmbH", "Bremen", "DE"),
        ("Établissements Dupont-Exemple SAS", "Le Havre", "FR"),
        ("Voorbeeld Havenhandel B.V.", "Rotterdam", "NL"),
    ),
    "JPY": (
        ("見本商事株式会社", "横浜", "JP"),
        ("架空貿易株式会社", "神戸", "JP"),
        ("例題産業株式会社", "名古屋", "JP"),
    ),
}
# GB 11714: the ninth character of an organisation code.
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


def draw_seller(random: Random) -> Seller:
    """One enterprise with a valid code."""
    city, region, prefix = _CITIES[random.randrange(len(_CITIES))]
    fancy = _FANCIES[random.randrange(len(_FANCIES))]
    trade = _TRADES[random.randrange(len(_TRADES))]
    organisation = f"{prefix}{random.randrange(1000):03d}"
    body = f"91{region}{organisation}{_organisation_check(organisation)}"
    return Seller(name=f"{city}{fancy}{trade}有限公司", code=body + check_character(body), city=city)


def draw_buyers(random: Random, currency: str, count: int) -> list[Buyer]:
    """`count` different buyers who pay in `currency`."""
    pool = list(_BUYERS[currency])
    found = []
    for _ in range(count):
        name, city, country = pool.pop(random.randrange(len(pool)))
        found.append(Buyer(name, f"{country}{random.randrange(10**8, 10**9)}", city, country))
    return found


def _organisation_check(code: str) -> str:
    """Letters count A=10 to Z=35; 11 less the weighted sum's rest, where 10 is X and 11 is 0."""
    total = sum(int(c, 36) * weight for c, weight in zip(code, _ORGANISATION_WEIGHTS, strict=True))
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))
