"""What `export_config` writes reads back as the same workspace, whatever people named things."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from activations.audiences import tags
from activations.mapping.paths import Source, Target
from activations.mapping.plan import MappingRule
from activations.services.workspace import comparing, writing
from activations.services.workspace.comparing import Action
from activations.services.workspace.reading import read
from activations.services.workspace.values import (
    ALERTS,
    WHOLE_FILE,
    AccountEntry,
    ActivationEntry,
    AttributeEntry,
    AudienceEntry,
    DestinationEntry,
    LabelEntry,
    PolicyEntry,
    Workspace,
)
from activations.terms import MOST_TAGS, SourceKind, TargetKind, WhenEmpty
from connections import activation_triggers, credentials
from connections.marketing_actions import CODES, ordered

HOSTILE = (
    " leading",
    "trailing ",
    "yes",
    "null",
    "~",
    "1",
    "2026-01-01",
    "a: b",
    "# no comment",
    "- item",
    "'quoted\"",
    "{flow}",
    "!tag",
    "&anchor",
    "*alias",
    "@at",
    "%percent",
    "two\nlines",
    "tab\there",
    "💚 emoji",
    "e\u0301",
    "\x85next",
    "\u2028separator",
    "=",
    "<<",
    "\x1b[31m",
)
names = st.sampled_from(HOSTILE) | st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=40
).filter(str.strip)
words = names.map(lambda text: text.replace(",", ""))
constants = names.filter(lambda text: any(map(str.isprintable, text.replace(" ", "\n")))).map(
    lambda text: Source(SourceKind.CONSTANT, f"  {text} ")
)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
TRIGGERS = (activation_triggers.CODES, activation_triggers.CODES[:1])
RULES = (
    MappingRule(Source(SourceKind.IDENTITY, "Email"), Target(TargetKind.IDENTITY, "email")),
    MappingRule(
        Source(SourceKind.ATTRIBUTE, "person.name.lastName"),
        Target(TargetKind.ATTRIBUTE, "last_name"),
        WhenEmpty.CLEAR,
    ),
)


policies = st.builds(
    PolicyEntry,
    name=st.just(""),
    description=names | st.just(""),
    labels=st.sampled_from((("C2",), ("C2", "BANK-1"))),
    label_match=st.sampled_from(("any", "all")),
    marketing_actions=st.sampled_from((("analytics",), ("analytics", "segment-match"))),
    is_enabled=st.booleans(),
    place=st.just(WHOLE_FILE),
    path=st.just(""),
    accepted=st.just(()),
    is_core=st.just(False),
)


@st.composite
def workspaces(draw: st.DrawFn) -> Workspace:
    accounts = draw(st.lists(names, unique=True, min_size=1, max_size=3))
    ids = draw(st.lists(names, unique=True, max_size=3))
    carried = st.sampled_from(((), ("C2", "S1"), ("C12", "BANK-1")))
    audiences = tuple(
        AudienceEntry(
            "ups",
            text,
            draw(names | st.just("")),
            description=draw(names.map(str.strip) | st.just("")),
            tags=tuple(tags.distinct(texts=draw(st.lists(words, max_size=MOST_TAGS)))),
            labels=draw(carried),
        )
        for text in ids
    )
    fields = draw(st.lists(names, unique=True, min_size=len(ids) + 1, max_size=len(ids) + 1))
    activations = tuple(
        ActivationEntry(audience.reference, field, draw(days))
        for audience, field in zip(audiences, fields, strict=False)
    )
    custom = MappingRule(
        draw(constants | st.just(Source(SourceKind.ATTRIBUTE, "loyalty.tier"))),
        Target(TargetKind.CUSTOM_FIELD, fields[-1]),
    )
    return Workspace(
        tuple(
            AccountEntry(name, "zendesk-sell", credentials.fingerprint(name)) for name in accounts
        ),
        audiences,
        tuple(
            DestinationEntry(
                name=name,
                account=draw(st.sampled_from(accounts)),
                description=draw(names | st.just("")),
                is_enabled=draw(st.booleans()),
                alerts=tuple(draw(st.lists(st.sampled_from(ALERTS), unique=True))),
                marketing_actions=tuple(ordered(codes=draw(st.sets(st.sampled_from(CODES))))),
                activation_triggers=draw(st.sampled_from(TRIGGERS)),
                rules=(*RULES, custom),
                activations=activations,
            )
            for name in draw(st.lists(names, unique=True, max_size=2))
        ),
        labels=(LabelEntry("BANK-1", draw(names), draw(names | st.just(""))),),
        attributes=(AttributeEntry("loyalty.tier", ("C2", "BANK-1")),),
        policies=(
            PolicyEntry("Analytics", is_core=True, is_enabled=draw(st.booleans())),
            *(replace(draw(policies), name=name) for name in draw(st.sets(names, max_size=2))),
        ),
        consent_policies=tuple(
            replace(draw(policies), name=name, path="consents.any.val", accepted=("y", "VI"))
            for name in draw(st.sets(names, max_size=2))
        ),
    )


@given(workspaces())
@settings(max_examples=60, deadline=None)
def test_what_is_written_reads_back_as_no_change(workspace: Workspace) -> None:
    variables = writing.token_variables(workspace.accounts)
    # A token that tells whose it is; any printable text will do.
    tokens = {variable: f"token-{variable}" for variable in variables.values()}
    workspace = _with_tokens(workspace, variables, tokens)

    reading = read(data=writing.as_yaml(workspace).encode(), environ=tokens)

    assert reading.problems == ()
    changes = comparing.compare(current=workspace, wanted=reading.workspace, prune=True)
    assert {change.action for change in changes} <= {Action.UNCHANGED}


def _with_tokens(
    workspace: Workspace, variables: dict[str, str], tokens: dict[str, str]
) -> Workspace:
    accounts = tuple(
        AccountEntry(a.name, a.platform, credentials.fingerprint(tokens[variables[a.name]]))
        for a in workspace.accounts
    )
    return replace(workspace, accounts=accounts)


def _accounts(*names: str) -> tuple[AccountEntry, ...]:
    return tuple(AccountEntry(name, "zendesk-sell", "") for name in names)


def test_one_account_has_the_plain_variable() -> None:
    assert writing.token_variables(_accounts("Acme Sell")) == {"Acme Sell": "ZENDESK_TOKEN"}


def test_several_accounts_have_a_variable_each_by_name() -> None:
    variables = writing.token_variables(_accounts("Acme Sell", "acme-sell", "Åre AB", "会社"))

    assert variables == {
        "Acme Sell": "ZENDESK_TOKEN_ACME_SELL",
        "acme-sell": "ZENDESK_TOKEN_ACME_SELL_2",
        "Åre AB": "ZENDESK_TOKEN_ARE_AB",
        "会社": "ZENDESK_TOKEN_ACCOUNT",
    }
