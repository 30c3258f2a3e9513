"""Your own images: a folder or an archive with `train/<class>/*` and `test/<class>/*`."""

from pathlib import Path

from superposition import archives
from superposition.errors import InputError, shown
from superposition.sources import Source, from_members

OPTIONS = ("archive", "root")
LOCAL_ONLY = True
SPLIT_FOLDERS = {"train": ("train",), "test": ("test", "val", "valid", "validation")}
SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
LAYOUT = "images lie in train/<class>/ and test/<class>/ (or val/<class>/)"


def open_source(*, archive: Path | None = None, root: Path | None = None, downloads: Path) -> Source:
    """Images in the order of their paths; classes are folders, in alphabetical order. One folder may hold it all."""
    container = root or archive
    if container is None:
        raise InputError(f"image_folder needs root: or archive:, where {LAYOUT}")
    paths = sorted(member.name for member in archives.members(container) if _is_image(member.name))
    top = _top_folder(paths)
    found = {name: name.removeprefix(top).split("/") for name in paths}
    folders = {parts[0] for parts in found.values()}
    split_of = {_split_folder(split, folders, container): split for split in SPLIT_FOLDERS}
    inside = {name: parts for name, parts in found.items() if parts[0] in split_of}
    for name, parts in inside.items():
        if len(parts) < 3:
            raise InputError(f"{container}: {shown(name)} lies in no folder of a class; {LAYOUT}")
    classes = sorted({parts[1] for parts in inside.values()})
    label_of = {name: label for label, name in enumerate(classes)}
    files: dict[str, dict[str, int]] = {split: {} for split in SPLIT_FOLDERS}
    for name, parts in inside.items():
        files[split_of[parts[0]]][name] = label_of[parts[1]]
    return from_members(container, files, classes)


def _is_image(name: str) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
    return name.lower().endswith(SUFFIXES) and not hidden


def _top_folder(paths: list[str]) -> str:
    """The one folder, with a slash, that holds everything; "" if there is none."""
    first = {path.split("/")[0] for path in paths}
    splits = {name for names in SPLIT_FOLDERS.values() for name in names}
    return f"{first.pop()}/" if len(first) == 1 and not first & splits else ""


def _split_folder(split: str, folders: set[str], container: Path) -> str:
    for name in SPLIT_FOLDERS[split]:
        if name in folders:
            return name
    listed = ", ".join(map(shown, sorted(folders)[:10])) or "no images"
    wanted = " or ".join(SPLIT_FOLDERS[split])
    raise InputError(f"{container}: no images in a folder {wanted} (found: {listed}); {LAYOUT}")
