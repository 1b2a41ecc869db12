"""What somebody probably meant, who wrote a name that there is not."""

from difflib import get_close_matches
from functools import lru_cache

from maestro_cdk.asl.names import plain


@lru_cache(maxsize=1024)
def nearest(name: str, names: tuple[str, ...]) -> str | None:
    """The name that is the same but for case and punctuation, or else the most like one."""
    plains = {plain(known): known for known in names}
    same = plains.get(plain(name))
    if same is not None:
        return same
    near = get_close_matches(name, names, n=1, cutoff=0.7)
    if not near:
        near = [plains[p] for p in get_close_matches(plain(name), plains, n=1, cutoff=0.7)]
    return near[0] if near else None
