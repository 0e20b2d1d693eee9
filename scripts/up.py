"""`make up`: Airflow with its UI until Ctrl-C or `make down`."""

from __future__ import annotations

import signal
import sys

from airflow_stack import USER, AirflowStack
from demo import copy_examples
from processes import StackError, sole_user, unwind_on_signals
from provider import data_folder, has_key, pipeline_environment, provider, settings, user_record

_BATCH_SECONDS = 10


def main() -> int:
    unwind_on_signals()
    data = data_folder()
    ledger = settings().get("BATCH_TRANSLATE_LEDGER") if has_key() else None
    try:
        with (
            sole_user(user_record(data)),
            provider(data, _BATCH_SECONDS) as key,
            AirflowStack(data / "airflow", env=pipeline_environment(data, ledger) | key) as stack,
        ):
            if not has_key():
                copy_examples(data / "input")
            print(f"\n  {stack.url}\n  user {USER}, password {stack.password}", flush=True)
            print(
                f"  answers: {key.get('OPENAI_BASE_URL', 'OpenAI')}{'' if has_key() else ', invented'}", flush=True
            )
            print(f"  input and output: {data}\n  Ctrl-C or `make down` ends it.\n", flush=True)
            signal.pause()
    except StackError as error:
        print(f"Airflow did not start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Airflow is down.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
