"""empty_cuda_libraries.py SITE_PACKAGES: lets PyPI's torch be imported without the nvidia packages, for the CPU alone.

That torch is linked against CUDA's libraries. For each one an empty library of the same name is put beside it, with every
symbol that torch wants; calling one returns an error code. Needs gcc, nm and readelf.
"""

import collections
import glob
import os
import re
import subprocess
import sys
import tempfile

CUDA = r"lib(?:cu|nv|nccl)"
# The driver's own library is loaded by name where there is one, and must stay away where there is none.
DRIVER = "libcuda.so.1"
ERROR = 999


def output(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def wanted(site_packages: str):
    """Names of libraries; symbols by version; symbols that name no version."""
    libraries: set[str] = set()
    versioned: dict[str, set[str]] = collections.defaultdict(set)
    unversioned: set[str] = set()
    files = glob.glob(f"{site_packages}/torch/lib/*.so*") + glob.glob(f"{site_packages}/torch/_C*.so")
    for file in files:
        if re.match(CUDA, os.path.basename(file)):
            continue
        libraries |= set(re.findall(rf"NEEDED.*\[({CUDA}[^]]*)]", output("readelf", "-dW", file)))
        for line in output("nm", "-D", "--undefined-only", "--with-symbol-versions", file).splitlines():
            if found := re.match(r"\s+[UwWv]\s+(\S+?)@+(\S+)$", line):
                versioned[found[2]].add(found[1])
            elif found := re.match(r"\s+U\s+((?:cu|nv|nccl)\w+)$", line):
                unversioned.add(found[1])
    return libraries - {DRIVER}, versioned, unversioned


def write_library(path: str, symbols: set[str], versions: dict[str, set[str]]) -> None:
    name = os.path.basename(path)
    with tempfile.TemporaryDirectory() as folder:
        source, script = f"{folder}/empty.c", f"{folder}/versions"
        with open(source, "w") as file:
            file.writelines(f"int {symbol}(void) {{ return {ERROR}; }}\n" for symbol in sorted(symbols))
            file.write("static int nothing;\n")
        with open(script, "w") as file:
            for version, names in versions.items():
                file.write(f"{version} {{ global: {' '.join(f'{each};' for each in sorted(names))} }};\n")
        flags = [f"-Wl,--version-script={script}"] if versions else []
        subprocess.run(["gcc", "-shared", "-fPIC", "-w", source, f"-Wl,-soname,{name}", "-o", path, *flags], check=True)


def main(site_packages: str) -> None:
    libraries, versioned, unversioned = wanted(site_packages)
    for library in sorted(libraries):
        # A version bears its library's name, but for one.
        names = [each for each in versioned if each == library or (each == "NVSHMEM" and "nvshmem" in library)]
        versions = {each: versioned[each] for each in names}
        symbols = set().union(*versions.values()) if versions else set()
        if library.startswith("libcudart"):
            symbols = symbols | unversioned
        write_library(f"{site_packages}/torch/lib/{library}", symbols, versions)
    print(f"{len(libraries)} empty libraries")


if __name__ == "__main__":
    main(sys.argv[1])
