"""Record ids look and sort like Salesforce's."""

import numpy as np

from connectors.sandbox.ids import ALPHABET, id_for_key, make_id, make_ids, to_long_id


def checksum_by_hand(short: str) -> str:
    """Salesforce's published rule, one character at a time."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    chunks = (short[0:5], short[5:10], short[10:15])
    return "".join(letters[sum(1 << i for i, c in enumerate(chunk) if "A" <= c <= "Z")] for chunk in chunks)


def test_the_checksum_follows_the_published_rule() -> None:
    for made in make_ids("006", np.arange(1, 5000, 37)):
        assert made[15:] == checksum_by_hand(made[:15])


def test_a_well_known_id_is_lengthened_as_salesforce_does() -> None:
    assert to_long_id("001D000000IRFma") == "001D000000IRFmaIAH"


def test_anything_that_is_no_short_id_stays_as_it_is() -> None:
    assert to_long_id("001D000000IRFmaIAH") == "001D000000IRFmaIAH"
    assert to_long_id("") == ""


def test_ids_are_unique_and_follow_the_order_of_their_numbers() -> None:
    made = make_ids("00T", np.arange(1, 10_000)).tolist()
    assert len(set(made)) == len(made)
    assert sorted(made, key=lambda each: [ALPHABET.index(c) for c in each[3:15]]) == made


def test_the_id_of_a_key_is_stable_and_differs_between_keys() -> None:
    assert id_for_key("006", "1C1I7A6R") == id_for_key("006", "1C1I7A6R")
    assert id_for_key("006", "1C1I7A6R") != id_for_key("006", "1C1I7A6S")
    assert make_id("750", 1).startswith("750")
