"""What is made when it is first asked for, and once, however many threads ask at the same time: the others wait.

`functools.cached_property` has had no lock since Python 3.12: two threads would do the work twice.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from threading import Lock, RLock
from typing import Any, Generic, Self, TypeVar, overload
from weakref import WeakValueDictionary

K = TypeVar("K")
T = TypeVar("T")
_GUARD = Lock()
_MAKING: WeakValueDictionary[tuple[int, Any], Any] = WeakValueDictionary()
"""A lock for each answer that is being made; it goes with the last thread that waits for it."""


def once(held: MutableMapping[K, T], name: K, make: Callable[[], T]) -> T:
    """What is held under a name; made where it is not there yet.

    Parameters
    ----------
    held
        Answers by name; what raises leaves nothing in it.
    name
        Name of the answer.
    make
        Makes the answer, and asks neither for this one nor, through threads, for one that waits for it.

    Examples
    --------
    >>> held = {}
    >>> once(held, "a", lambda: 1), once(held, "a", lambda: 2), held
    (1, 1, {'a': 1})
    """
    if name not in held:
        key = id(held), name
        with _GUARD:
            lock = _MAKING.setdefault(key, RLock())
        with lock:
            if name not in held:
                held[name] = make()
    return held[name]


class Once(Generic[T]):
    """A method as an attribute that is made once: `functools.cached_property` for what several threads ask.

    Parameters
    ----------
    work
        The method, of the object alone.
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self.work = work
        self.__doc__ = work.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, whose: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, whose: object, owner: type | None = None) -> T: ...
    def __get__(self, whose: object | None, owner: type | None = None) -> Self | T:
        if whose is None:
            return self
        made: T = once(whose.__dict__, self._name, lambda: self.work(whose))
        return made
