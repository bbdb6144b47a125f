"""Looks for what must not be told: exact times in stored values, and the rows in which an id stands."""

import re

DAY = 24 * 3600 * 10**6
_ASCII_TIME = re.compile(rb"\d{4}-\d\d-\d\d[T ](?!00:00:00(?:\.0+)?Z?\b)\d\d:\d\d")


def _varint(value: bytes, at: int) -> int:
    result = shift = 0
    for byte in value[at:at + 10]:
        result |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return result
    return -1


def exact_times(value, begin: float, end: float) -> list[str]:
    """Where `value`, an int or bytes, holds a time between the two (seconds) in any form we know: seconds to
    nanoseconds, in binary of both orders, as varint or as text."""
    if isinstance(value, int):
        return [f"int {value}"] if any(begin * u <= value <= end * u for u in (1, 10**3, 10**6, 10**9)) else []
    found = []
    for at in range(len(value)):
        for order in ("big", "little"):
            number = int.from_bytes(value[at:at + 8], order)
            if len(value) >= at + 8 and begin * 10**6 <= number <= end * 10**6:
                found.append(f"{order} endian at {at}")
        number = _varint(value, at)
        if any(begin * u <= number <= end * u for u in (1, 10**3, 10**6)):
            found.append(f"varint at {at}")
    if match := _ASCII_TIME.search(value):
        found.append(f"text {match.group(0)!r}")
    return found


class Tables:
    """Every row of every table of the services, as values."""

    def __init__(self, database, schemas):
        self.columns: dict[tuple[str, str], list[tuple[str, str]]] = {}
        names = ",".join(f"'{s}'" for s in schemas)
        for schema, table, column, kind in database.sql(
                "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
                f" WHERE table_schema IN ({names}) ORDER BY table_schema, table_name, ordinal_position"):
            self.columns.setdefault((schema, table), []).append((column, kind))
        self.rows: dict[tuple[str, str], list[dict]] = {}
        for (schema, table), columns in self.columns.items():
            listed = ", ".join(f"HEX({c})" if "int" not in k else c for c, k in columns)
            self.rows[schema, table] = [
                {c: self._value(text, k) for (c, k), text in zip(columns, row)}
                for row in database.sql(f"SELECT {listed} FROM {schema}.{table}", 120)]

    @staticmethod
    def _value(text: str, kind: str):
        if text == "NULL":
            return None
        return int(text) if "int" in kind else bytes.fromhex(text)

    def about(self, ids: set[bytes]) -> dict[tuple[str, str], list[dict]]:
        """The rows in which one of `ids` stands, and those that stand about what they tell of, and so on."""
        known, texts = set(ids), set(ids)
        while True:
            found = {key: [row for row in rows if self._names(row, texts)] for key, rows in self.rows.items()}
            more = {value for rows in found.values() for row in rows for column, value in row.items()
                    if column.endswith("_id") and isinstance(value, bytes) and len(value) == 16}
            if more <= known:
                return {key: rows for key, rows in found.items() if rows}
            known |= more
            texts |= more

    @staticmethod
    def _names(row: dict, ids: set[bytes]) -> bool:
        return any(one in value for value in row.values() if isinstance(value, bytes) for one in ids)
