"""Stands in for SGLang's kernels, which exist for GPUs alone: every name can be imported, and fails when it is called.

With `--attention-backend torch_native` SGLang calls but one of them on a CPU, and that one is given here.
"""

import importlib.abc
import importlib.machinery
import sys
import types

__path__: list[str] = []
# SGLang wants to know that it is not too old.
__version__ = "0.4.10"


class Absent:
    """A kernel that is not there, and whatever is asked of it."""

    def __init__(self, name: str):
        self.__name__ = self.__qualname__ = name

    def __call__(self, *arguments, **options):
        raise NotImplementedError(f"sgl_kernel.{self.__name__} needs a GPU")

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")


def __getattr__(name: str):
    if name.startswith("__"):
        raise AttributeError(name)
    return Absent(name)


def copy_all_layer_kv_cache_cpu(caches, target, source):
    for cache in caches:
        cache[target] = cache[source]


class AbsentModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds every module below this one."""

    def find_spec(self, name, path=None, target=None):
        if name.startswith(f"{__name__}."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = __getattr__
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


sys.meta_path.append(AbsentModules())
