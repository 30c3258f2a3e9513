"""How far a study is, as a terminal shows it; without colours it says the same."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from superposition.progress import Seen, State, Used
from superposition.wording import duration

MARKS: dict[State, tuple[str, str]] = {
    "done": ("●", "green"),
    "running": ("◐", "yellow"),
    "failed": ("✗", "bold red"),
    "waiting": ("·", "dim"),
}
FAILURES = 3
"""Failed jobs of a run, or of the rest of the study, that are told one by one."""
OF_A_ROUND = ("start", "query", "train")


def describe(name: str, folder: Path, seen: list[Seen], used: Used) -> RenderableType:
    """A study's jobs: in all, by dataset, arm and seed with its rounds, and by stage; what runs, what has failed."""
    states = Counter(each.state for each in seen)
    if states["waiting"] == len(seen):
        return Text(f"Study {name}: nothing has run yet; {len(seen)} jobs wait.")
    runs = [each for each in seen if each.job.run]
    return Group(
        Text.assemble(f"Study {name}: {states['done']} of {len(seen)} jobs done", *_counts(states, words=True)),
        _used(used),
        Text(),
        *_runs(runs, folder),
        _stages(seen),
        *_news([each for each in seen if not each.job.run], folder),
        *([Text(f"\nThe report: {folder}/report/index.html")] if states["done"] == len(seen) else []),
    )


def _counts(states: Counter[State], words: bool) -> Iterator[tuple[str, str]]:
    for state in ("running", "failed", "waiting") if words else ("running", "failed"):
        mark, style = MARKS[state]
        if states[state]:
            yield f", {states[state]} {state}" if words else f" {mark}{states[state]}", style


def _used(used: Used) -> Text:
    memory = f"; most memory of one: {used.peak_memory_mb / 1000:.1f} GB" if used.peak_memory_mb else ""
    return Text(f"Computing time of those done: {duration(used.seconds)}{memory}")


def _runs(seen: list[Seen], folder: Path) -> Iterator[RenderableType]:
    if not seen:
        return
    widths = [max(len(str(each.job.run[part])) for each in seen if each.job.run) for part in (1, 2)]
    legend = Text("Rounds: ")
    for state, (mark, style) in MARKS.items():
        legend.append(f"{mark} {state}   ", style)
    yield legend
    for dataset, of_dataset in groupby(seen, lambda each: each.job.run and each.job.run[0]):
        yield Text(f"\n{dataset}", "bold")
        for run, group in groupby(of_dataset, lambda each: each.job.run):
            jobs = list(group)
            _, arm, seed = run or ("", "", 0)
            title = f"  {arm:{widths[0]}}  seed {seed:<{widths[1]}}  "
            yield Text(title).append(_rounds(jobs))
            yield from _news(jobs, folder)
    yield Text()


def _rounds(jobs: list[Seen]) -> Text:
    """One mark a round: done once its network is trained."""
    marks = Text()
    for number in sorted({each.job.round for each in jobs if each.job.round}):
        states = {each.job.stage: each.state for each in jobs if each.job.round == number}
        of_round = {state for stage, state in states.items() if stage in OF_A_ROUND}
        worst: State = next((state for state in ("failed", "running") if state in of_round), states["train"])
        marks.append(*MARKS[worst])
    return marks


def _news(jobs: list[Seen], folder: Path) -> Iterator[RenderableType]:
    """What runs and what it says; what has failed, why, and where its log is."""
    failed = [each for each in jobs if each.state == "failed"]
    news: list[tuple[State, Text]] = [(each.state, _words(each, folder)) for each in jobs if each.state == "running"]
    news += [(each.state, _words(each, folder)) for each in failed[:FAILURES]]
    if len(failed) > FAILURES:
        news.append(("failed", Text(f"and {len(failed) - FAILURES} more")))
    for state, words in news:
        line = Table.grid(padding=(0, 1))
        line.add_column(width=5, justify="right")
        line.add_column(overflow="fold")
        line.add_row(Text(*MARKS[state]), words)
        yield line


def _words(seen: Seen, folder: Path) -> Text:
    killed = f"killed, no sign of life for {duration(seen.quiet_s)}" if seen.quiet_s is not None else ""
    words = Text(": ".join(filter(None, [seen.job.name, killed, " ".join(seen.says.split())])))
    if seen.state == "failed":
        words.append(f"\n{folder / seen.job.log}", "dim")
    return words


def _stages(seen: Iterable[Seen]) -> RenderableType:
    """How many of each stage's jobs are done."""
    stages: dict[str, Counter[State]] = {}
    for each in seen:
        stages.setdefault(each.job.stage, Counter())[each.state] += 1
    counts = [
        Text.assemble(f"{stage} {states['done']}/{states.total()}", *_counts(states, words=False))
        for stage, states in stages.items()
    ]
    return Columns(counts, padding=(0, 3), equal=True)
