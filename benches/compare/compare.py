#!/usr/bin/env python3
"""Runs the same recording through glint and through whatever other programs are installed, and prints what each took.

    cargo build --release --no-default-features
    benches/compare/compare.py RECORDING.cu8 [--rate 2.4M] [--runs 5] [--only NAME]

The programs do different work: README.md in benches says which. Processor time and memory are those of the program and
all it starts. Runs alternate, so that a clock that changes hits all alike; medians are printed.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BYTES = {"cu8": 2, "cs8": 2}


def pythons():
    """Interpreters that may have a module: the one that runs this, those on the path, the system's."""
    found = [sys.executable, shutil.which("python3"), "/usr/bin/python3"]
    return list(dict.fromkeys(path for path in found if path and os.path.exists(path)))


def python_with(modules):
    """An interpreter that can import all of these, or None."""
    code = "".join(f"import {module};" for module in modules)
    for python in pythons():
        if subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0:
            return python
    return None


def compiled(source, libraries, folder):
    """The program made of a C source of this folder, or None where its library or compiler is missing."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        return None
    program = os.path.join(folder, os.path.splitext(source)[0])
    command = [compiler, "-O3", "-march=native", os.path.join(HERE, source), "-o", program, *libraries]
    return program if subprocess.run(command, capture_output=True, check=False).returncode == 0 else None


def programs(path, rate, folder):
    """Name, what it does, and command line; None for the command line where it is missing."""
    form = path.rsplit(".", 1)[-1]
    out = os.path.join(folder, "bursts.jsonl")
    glint = os.environ.get("GLINT", os.path.join(ROOT, "target", "release", "glint"))
    glint = shutil.which(glint) or (glint if os.path.exists(glint) else None)
    what = [path, "--sample-format", form, "--rate", str(rate)]
    one = glint and [glint, "detect", *what, "--threads", "1", "-o", out, "--force"]
    both = glint and [glint, "detect", *what, "-o", out, "--force"]
    rtl = shutil.which("rtl_433")
    radio = python_with(["gnuradio.gr", "gnuradio.fft", "gnuradio.blocks"])
    iridium = python_with(["iridium", "gnuradio.gr"])
    scipy = python_with(["numpy", "scipy.signal"])
    liquid = compiled("liquid_spgram.c", ["-lliquid", "-lm"], folder)

    def script(python, name, *more):
        return python and [python, os.path.join(HERE, name), path, form, str(rate), *more]

    return [
        ("glint, 1 thread", "bursts in time and frequency", one),
        ("glint, all threads", "the same", both),
        ("rtl_433 -R 0 -A", "pulses in time alone", rtl and [rtl, "-r", path, "-s", str(rate), "-R", "0", "-A"]),
        ("gr-iridium burst tagger", "bursts: power over a moving mean, bin by bin", script(iridium, "gr_iridium.py")),
        ("GNU Radio FFT chain", "power spectra, no overlap, not looked at", script(radio, "gnuradio_chain.py")),
        ("liquid-dsp spgram", "mean power spectrum, no overlap", liquid and [liquid, path, form]),
        ("SciPy spectrogram", "power spectra, no overlap, not looked at", script(scipy, "scipy_spectrogram.py")),
    ]


def watch(child, ended, peaks):
    """Adds to `peaks` what `child` says of its peak memory, until it has ended. What the system counts for a child holds the
    memory of the interpreter that started it too."""
    while not ended.wait(0.01):
        try:
            with open(f"/proc/{child}/status", encoding="ascii") as status:
                peaks += [1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM")]
        except OSError:
            return


def run(command):
    """CPU seconds, wall seconds and peak bytes of a command; what it prints is thrown away."""
    begin = time.monotonic()
    nowhere = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=nowhere)
    ended, peaks = threading.Event(), []
    watcher = threading.Thread(target=watch, args=(child, ended, peaks))
    watcher.start()
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - begin
    ended.set()
    watcher.join()
    if status != 0:
        raise RuntimeError(f"failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, wall, max(peaks, default=0)


def number(text):
    """2.4M, 2400k, 2.4e6"""
    factor = {"k": 1e3, "M": 1e6, "G": 1e9}.get(text[-1])
    return float(text[:-1]) * factor if factor else float(text)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("recording", help="cu8 or cs8 samples")
    options.add_argument("--rate", type=number, default=2.4e6, help="samples a second (2.4M)")
    options.add_argument("--runs", type=int, default=5, help="runs that a median is taken of (5)")
    options.add_argument("--only", action="append", help="programs whose names hold this; may be repeated")
    asked = options.parse_args()
    path = os.path.abspath(asked.recording)
    form = path.rsplit(".", 1)[-1]
    if form not in BYTES:
        options.error(f"{path} ends in neither .cu8 nor .cs8, which all of the programs read")
    samples = os.path.getsize(path) / BYTES[form]
    with open(path, "rb") as file:
        while file.read(1 << 22):
            pass
    with tempfile.TemporaryDirectory() as folder:
        known = programs(path, int(asked.rate), folder)
        if asked.only:
            known = [p for p in known if any(word in p[0] for word in asked.only)]
        costs = {name: [] for name, _, command in known if command}
        for name, _, command in known:
            if command is None:
                print(f"missing: {name}", file=sys.stderr)
        for turn in range(asked.runs + 1):
            for name, _, command in known:
                if name not in costs:
                    continue
                try:
                    cost = run(command)
                except RuntimeError as error:
                    print(error, file=sys.stderr)
                    del costs[name]
                    continue
                # The first turn only warms up.
                if turn > 0:
                    costs[name].append(cost)
    print("| program | what it does | CPU s | wall s | MS per CPU-second | peak MiB | glint's MS per CPU-second over its |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    speeds = {name: samples / statistics.median(c[0] for c in runs) / 1e6 for name, runs in costs.items()}
    own = speeds.get("glint, 1 thread")
    for name, what, command in known:
        if name not in costs:
            print(f"| {name} | {what} | {'failed' if command else 'missing'} | | | | |")
            continue
        cpu, wall, peak = (statistics.median(c[i] for c in costs[name]) for i in range(3))
        ratio = f"{own / speeds[name]:.2f}" if own else ""
        print(f"| {name} | {what} | {cpu:.2f} | {wall:.2f} | {speeds[name]:.0f} | {peak / 2**20:.0f} | {ratio} |")


if __name__ == "__main__":
    main()
