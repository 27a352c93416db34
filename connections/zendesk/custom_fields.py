"""An account's custom fields by name, each read when it is asked for: there may be ten thousand."""

from collections.abc import Iterator, Mapping, Sequence

from connections.zendesk.contact import CustomField, Json


class CustomFields(Mapping[str, CustomField]):
    """Of definitions as `CustomField.as_json` makes them; of one name the last counts."""

    def __init__(self, definitions: Sequence[Mapping[str, Json]]) -> None:
        self._told = {str(one["name"]): one for one in definitions}
        self._read: dict[str, CustomField] = {}

    def __getitem__(self, name: str) -> CustomField:
        if name not in self._read:
            self._read[name] = CustomField.from_json(self._told[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)

    def __contains__(self, name: object) -> bool:
        return name in self._told
