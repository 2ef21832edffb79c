"""The program that writes an evidence pack: `python -m brittlescope.report DATA OUT < ANALYSIS`."""

import json
import os
import sys
from pathlib import Path

from warehouse import datafolder, rules
from warehouse.analysis import written
from warehouse.errors import BrittlescopeError, CannotWrite
from warehouse.store import Store


def main() -> int:
    """Write the pack; on standard output the names of its files, on the other one what is wrong."""
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    os.environ[datafolder.VARIABLE] = str(data)
    from brittlescope.report import pack  # which reads the data folder that is said here

    try:
        asked = written.from_json(json.load(sys.stdin), rules.available(data))
        try:
            files = pack(Store(data), asked, out)
        except OSError as error:
            raise CannotWrite.because(out, error) from None
    except BrittlescopeError as error:
        print(error, file=sys.stderr)
        return error.status
    print("\n".join(files))
    return 0


if __name__ == "__main__":
    sys.exit(main())
