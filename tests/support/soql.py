"""SOQL statements made up by Hypothesis: right ones as trees, and texts that are nearly right."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from connectors.sandbox.soql import spell
from connectors.sandbox.soql.calls import DATE_FUNCTIONS
from connectors.sandbox.soql.tokens import KEYWORDS, tokenize
from connectors.sandbox.statement import (
    AGGREGATES,
    Aliased,
    Call,
    Comparison,
    Condition,
    DateLiteral,
    Distance,
    FieldsOf,
    Inclusion,
    Junction,
    Membership,
    Money,
    Negation,
    Operand,
    Ordering,
    Path,
    Pattern,
    Selected,
    SemiJoin,
    Statement,
    Subquery,
    TypeOf,
    Value,
)

RESERVED = KEYWORDS | {"FIELDS", "TYPEOF", "TODAY", "AS", "DISTANCE", "ROLLUP", "CUBE"}
names = st.from_regex(r"[A-Z][A-Za-z0-9]{0,8}(__c)?", fullmatch=True).filter(lambda n: n.upper() not in RESERVED)
paths = st.lists(names, min_size=1, max_size=3).map(lambda parts: Path(tuple(parts)))
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
values: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.decimals(-(10**6), 10**6, places=2).map(float),
    texts,
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda d: d.replace(microsecond=0, tzinfo=UTC)),
    st.times().map(lambda t: t.replace(microsecond=0)),
    st.just(DateLiteral("TODAY")),
    st.integers(1, 99).map(lambda n: DateLiteral("LAST_N_DAYS", n)),
    st.integers(0, 10**6).map(lambda n: Money("EUR", n / 4)),
)
patterns = st.lists(st.sampled_from(["a", "B", "%", "_", "\\%", "\\_", "\\\\", "'", "é"]), max_size=6).map(
    lambda parts: Pattern("".join(parts))
)
dated = st.builds(
    Call, st.sampled_from(sorted(DATE_FUNCTIONS)), paths | st.builds(Call, st.just("CONVERTTIMEZONE"), paths)
)
aggregates = st.builds(Call, st.sampled_from(sorted(AGGREGATES)), paths)
operands: st.SearchStrategy[Operand] = paths | dated
leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Comparison, operands, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), values),
    st.builds(Comparison, paths, st.just("LIKE"), patterns),
    st.builds(Membership, operands, st.lists(values, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(Inclusion, paths, st.lists(texts, min_size=1, max_size=2).map(tuple), st.booleans()),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Negation, inner),
        st.builds(Junction, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)
listed = st.lists(paths, min_size=1, max_size=2).map(tuple)
selected: st.SearchStrategy[Selected] = st.one_of(
    paths,
    st.builds(Aliased, paths, names),
    st.builds(Call, st.sampled_from(["SUM", "TOLABEL", "FORMAT", "CALENDAR_YEAR"]), paths, st.none() | names),
    st.sampled_from([Call("COUNT", None), FieldsOf("STANDARD"), Call("FORMAT", Call("MAX", Path(("Amount",))))]),
    st.builds(
        TypeOf, paths, st.lists(st.tuples(names, listed), min_size=1, max_size=2).map(tuple), st.just(()) | listed
    ),
    st.builds(Subquery, st.builds(Statement, listed, names, st.none() | conditions)),
    st.builds(Distance, paths, st.just((12.5, -3.25)) | paths, st.sampled_from(["mi", "km"]), st.none() | names),
)
statements = st.builds(
    Statement,
    st.lists(selected, min_size=1, max_size=4).map(tuple),
    names,
    st.none() | conditions | st.builds(SemiJoin, paths, st.builds(Statement, st.tuples(paths), names), st.booleans()),
    st.lists(operands, max_size=2).map(tuple),
    st.lists(
        st.builds(Ordering, operands | aggregates, st.booleans(), st.sampled_from([None, "FIRST", "LAST"])), max_size=2
    ).map(tuple),
    st.none() | st.integers(0, 5000),
    st.none() | st.integers(0, 2000),
    scope=st.sampled_from([None, "MINE", "EVERYTHING"]),
    security=st.sampled_from([None, "USER_MODE", "SECURITY_ENFORCED"]),
    aliases=st.sampled_from([(), (("Ali", ()),), (("Bab", ("Owner",)),)]),
    options=st.sampled_from([(), ("FOR VIEW", "ALL ROWS"), ("FOR UPDATE",), ("UPDATE TRACKING",)]),
)

_VOCABULARY = (
    "SELECT FROM WHERE AND OR NOT IN LIKE INCLUDES GROUP BY HAVING ORDER ASC NULLS FIRST LIMIT OFFSET TYPEOF END "
    "ROLLUP FOR VIEW = != < > ( ) , null 'a' 5 2026-01-31 TODAY LAST_N_DAYS:3 Name COUNT(Id)"
)
VOCABULARY = tuple(_VOCABULARY.split())


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A right statement with one or two of its tokens dropped, doubled, exchanged or replaced."""
    words = [token.text for token in tokenize(spell(draw(statements)))[:-1]]
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, max(len(words) - 2, 0)))
        match draw(st.sampled_from(["drop", "double", "exchange", "replace", "insert"])):
            case "drop":
                del words[place]
            case "double":
                words.insert(place, words[place])
            case "exchange" if len(words) > 1:
                words[place], words[place + 1] = words[place + 1], words[place]
            case "replace":
                words[place] = draw(st.sampled_from(VOCABULARY))
            case "insert":
                words.insert(place, draw(st.sampled_from(VOCABULARY)))
    return " ".join(words)
