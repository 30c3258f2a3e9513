"""What a terminal shows of a study."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from superposition import overview
from superposition.jobs import Job
from superposition.progress import Seen, State, Used

FOLDER = Path("results/s")


def job(stage: str, seed: int = 0, round: int | None = None, name: str = "") -> Job:
    path = f"a/b/seed{seed}/" + (f"round{round}/" if round else "") + (name or stage)
    return Job(stage, f"logs/{path}.log", f"benchmarks/{path}.tsv", None, ("a", "b", seed), round)


def of_study(stage: str) -> Job:
    return Job(stage, f"logs/{stage}.log", f"benchmarks/{stage}.tsv", None)


def shown(*seen: Seen, width: int = 80, **options: object) -> str:
    console = Console(file=StringIO(), width=width, highlight=False, **options)  # type: ignore[arg-type]
    console.print(overview.describe("s", FOLDER, list(seen), Used(5000, 1234.5)))
    return console.file.getvalue()  # type: ignore[attr-defined]


def rounds(*states: dict[str, State]) -> list[Seen]:
    return [
        Seen(job(stage, round=number), state)
        for number, round in enumerate(states, start=1)
        for stage, state in round.items()
    ]


@pytest.mark.parametrize(
    ("states", "strip"),
    [
        ([{"start": "done", "train": "done", "predict": "running"}, {"query": "waiting", "train": "waiting"}], "●·"),
        ([{"start": "done", "train": "running"}, {"query": "waiting", "train": "waiting"}], "◐·"),
        ([{"start": "done", "train": "done"}, {"query": "running", "train": "waiting"}], "●◐"),
        ([{"start": "done", "train": "done"}, {"query": "failed", "train": "waiting"}], "●✗"),
        ([{"start": "done", "train": "failed"}, {"query": "waiting", "train": "waiting"}], "✗·"),
        ([{"start": "waiting", "train": "done"}, {"query": "done", "train": "done"}], "●●"),
    ],
)
def test_a_round_is_done_once_its_network_is_trained(states: list[dict[str, State]], strip: str) -> None:
    assert f"\n  b  seed 0  {strip}\n" in shown(*rounds(*states))


def test_the_first_lines_say_what_there_is_in_all() -> None:
    states: list[State] = ["done", "done", "running", "failed", "waiting", "waiting"]
    lines = shown(*(Seen(of_study("draw"), state) for state in states)).splitlines()
    assert lines[0] == "Study s: 2 of 6 jobs done, 1 running, 1 failed, 2 waiting"
    assert lines[1] == "Computing time of those done: 1 h 23 min; most memory of one: 1.2 GB"
    assert "draw 2/6 ◐1 ✗1" in lines


def test_each_seed_has_a_line_and_below_it_what_runs_and_what_has_failed() -> None:
    epoch = "epoch 2/5  loss 0.4100  accuracy 61.2%  930 images/s  24 s left"
    text = shown(
        Seen(job("train", seed=0, round=1), "running", epoch),
        Seen(job("train", seed=10, round=1), "failed", "error: lr: too high"),
        Seen(job("measure", seed=10, name="measure.cosine"), "failed", "epoch 1/5", quiet_s=600),
        Seen(of_study("report"), "waiting"),
    )
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    assert lines.partition("a\n")[2].startswith(
        "  b  seed 0   ◐\n"
        "    ◐ round1/train: epoch 2/5 loss 0.4100 accuracy 61.2% 930 images/s 24 s left\n"
        "  b  seed 10  ✗\n"
        "    ✗ round1/train: error: lr: too high\n"
        "      results/s/logs/a/b/seed10/round1/train.log\n"
        "    ✗ measure.cosine: killed, no sign of life for 10 min: epoch 1/5\n"
        "      results/s/logs/a/b/seed10/measure.cosine.log"
    )


def test_of_many_failures_some_are_told() -> None:
    names = [f"measure.{number}" for number in range(8)]
    text = shown(*(Seen(job("measure", name=name), "failed", "error: no") for name in names))
    assert text.count("error: no") == 3
    assert "✗ and 5 more" in text


def test_what_is_long_is_folded_and_nothing_of_it_lost() -> None:
    words = " ".join(f"word{number}" for number in range(40))
    deep = Job("draw", f"logs/{'deep/' * 30}draw.log", "benchmarks/draw.tsv", None)
    for width in (80, 40):
        text = shown(Seen(deep, "failed", words), width=width)
        assert all(len(line) <= width for line in text.splitlines())
        assert (FOLDER / deep.log).as_posix() in "".join(text.split())
        assert all(word in text for word in words.split())


def test_colours_say_nothing_that_marks_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = [Seen(job("train", round=1), "failed", "error: no"), Seen(job("train", round=2), "running")]
    plain = shown(*seen)
    assert "\x1b" not in plain and "\x1b" in shown(*seen, force_terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in shown(*seen, force_terminal=True)
    assert "Rounds: ● done   ◐ running   ✗ failed   · waiting" in plain


def test_square_brackets_are_no_markup() -> None:
    assert "error: [red]: no" in shown(Seen(of_study("draw"), "failed", "error: [red]: no"))


def test_before_anything_runs_it_says_so() -> None:
    waiting = Seen(of_study("draw"), "waiting")
    assert shown(waiting, waiting) == "Study s: nothing has run yet; 2 jobs wait.\n"


def test_the_report_is_named_once_all_is_done() -> None:
    done = Seen(of_study("report"), "done")
    assert shown(done).endswith("The report: results/s/report/index.html\n")
    assert "The report" not in shown(done, Seen(of_study("draw"), "running"))
