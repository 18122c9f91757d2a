#!/usr/bin/env python3
"""Runs glint and rtl_433's pulse detector over the same samples with known bursts, scores both by the same rule, and prints how
weak a burst each finds, and how often each finds what is not there.

    cargo build --release --no-default-features
    target/release/glint verify --results campaign.jsonl --scale 0.05
    benches/compare/detection.py --campaign campaign.jsonl [--scale 0.05] [--kind "GSM normal burst"]

The scenes are those of `glint verify` at the same scale: bursts of one kind alone, around the limit and up to 17 dB over it. With
the campaign's file of results a plain threshold per bin, which the campaign ran over them too, stands beside the others.
"""

import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KINDS = ["GSM access burst", "GSM normal burst", "LTE PUSCH 1 RB", "LTE PUSCH 6 RB", "LTE PRACH"]
# As it comes; with a level that follows the noise and the pulses; with a fixed one, the lowest it takes. Of its settings those that
# find most with few false alarms.
SETTINGS = ["", "-Y autolevel -Y minsnr=3", "-Y level=-30"]
APART_US = 100


def output(command):
    """What a command prints, both streams; it must succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(command)}\n{done.stderr}")
    return done.stdout, done.stderr


def by_glint(glint, name):
    """Bursts in the recording `name`, as (first sample, samples, lower edge, upper edge), edges absolute or None."""
    lines, _ = output([glint, "detect", f"{name}.sigmf-meta"])
    events = [json.loads(line) for line in lines.splitlines()]
    keys = ["core:sample_start", "core:sample_count", "core:freq_lower_edge", "core:freq_upper_edge"]
    return [tuple(event[key] for key in keys) for event in events if event["kind"] == "burst"]


def by_rtl_433(name, rate, options):
    """The same of rtl_433's pulses, those less than 0.1 ms apart as one; it states no frequency. A package of its has all
    pulses up to a longer pause, often several bursts: when it begins is printed, its pulses and pauses are in a file."""
    pulses = f"{name}.ook"
    read = ["rtl_433", "-r", f"cu8:{name}.sigmf-data", "-s", str(rate), "-R", "0", "-A"]
    begins = [float(at) for at in re.findall(r"Detected .*@([\d.]+)s", "".join(output([*read, "-W", pulses, *options])))]
    with open(pulses, encoding="utf-8") as file:
        packages = [text.split(";end")[0] for text in re.split(r"^;[of][os]k .*$", file.read(), flags=re.MULTILINE)[1:]]
    os.remove(pulses)
    if len(begins) != len(packages):
        sys.exit(f"rtl_433 printed {len(begins)} packages of pulses and wrote {len(packages)}: another version than 22.11?")
    found = []
    for begin, package in zip(begins, packages):
        at_us, start_us, end_us = 0, None, 0
        for pulse_us, pause_us in re.findall(r"^(\d+) (\d+)$", package, flags=re.MULTILINE):
            if start_us is not None and at_us - end_us >= APART_US:
                found.append(span(begin, start_us, end_us, rate))
                start_us = None
            start_us = at_us if start_us is None else start_us
            end_us = at_us + int(pulse_us)
            at_us = end_us + int(pause_us)
        if start_us is not None:
            found.append(span(begin, start_us, end_us, rate))
    return found


def span(begin_s, start_us, end_us, rate):
    """A detection without frequency."""
    return (round((begin_s + 1e-6 * start_us) * rate), max(round(1e-6 * (end_us - start_us) * rate), 1), None, None)


def by_bin(line, center):
    """The same of what the campaign's plain threshold found."""
    return [(start, count, low + center, high + center) for start, count, low, high in line["outcome"]["plain"]]


def score(glint, folder, truth, found, length, rate):
    """`glint score` of detections against the annotations of all scenes of a kind, one after the other."""
    meta, lines = os.path.join(folder, "truth.sigmf-meta"), os.path.join(folder, "found.jsonl")
    with open(meta, "w", encoding="utf-8") as file:
        json.dump(truth, file)
    with open(lines, "w", encoding="utf-8") as file:
        for start, count, low, high in found:
            burst = {"kind": "burst", "core:sample_start": start, "core:sample_count": count}
            if low is not None:
                burst |= {"core:freq_lower_edge": low, "core:freq_upper_edge": high}
            file.write(json.dumps(burst) + "\n")
    command = [glint, "score", meta, lines, "--json", "--from", "0", "--to", f"{length / rate:.6f}"]
    return json.loads(output([*command, "--false-alarms-per-hour", "1"])[0])


def signed(value):
    """Decibels with their sign."""
    return f"{value:+.2f}".replace("-", "−")


def over_limit(scored):
    """How far over the limit nine of ten are found, or why that is not known, and false alarms."""
    kind = scored["kinds"][0]
    if kind["gap_db"] is None:
        text = f"– ({kind['found']} of {kind['bursts']} found)"
    else:
        low, high = (snr - kind["limit_at_pd_0_9_db"] for snr in kind["snr_at_pd_0_9_interval_db"])
        text = f"{signed(kind['gap_db'])} ({signed(low)} to {signed(high)})"
    return f"{text}; {scored['false_alarms']}"


def shares(scored):
    """Found and bursts by SNR, two whole decibels together."""
    pairs = {}
    for row in scored["by_snr"]:
        low = 2 * math.floor(row["snr_db"] / 2)
        found, bursts = pairs.get(low, (0, 0))
        pairs[low] = (found + row["found"], bursts + row["bursts"])
    return pairs


def scored_kind(glint, scenes, campaign, folder):
    """Name of a detector: its score over all of a kind's scenes."""
    truth, length, found, rate = None, 0, {}, None
    for key, scene in scenes:
        name = os.path.join(folder, key)
        output([glint, "synth", scene, "-o", f"{name}.sigmf-meta", "--sample-format", "cu8"])
        with open(f"{name}.sigmf-meta", encoding="utf-8") as file:
            meta = json.load(file)
        rate = round(meta["global"]["core:sample_rate"])
        each = {"glint": by_glint(glint, name)}
        for setting in SETTINGS:
            each[f"rtl_433 {setting}".strip()] = by_rtl_433(name, rate, setting.split())
        if key in campaign:
            each["a threshold per bin"] = by_bin(campaign[key], meta["captures"][0]["core:frequency"])
        for program, bursts in each.items():
            found.setdefault(program, []).extend((burst[0] + length, *burst[1:]) for burst in bursts)
        for burst in meta["annotations"]:
            burst["core:sample_start"] += length
        if truth is None:
            truth = meta
        else:
            truth["annotations"] += meta["annotations"]
        length += os.path.getsize(f"{name}.sigmf-data") // 2
        os.remove(f"{name}.sigmf-data")
    return {program: score(glint, folder, truth, bursts, length, rate) for program, bursts in found.items()}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--campaign", help="results of `glint verify`, at least of this scale")
    options.add_argument("--scale", default="0.05", help="the campaign's scenes at this scale (0.05)")
    options.add_argument("--kind", action="append", help="a kind of burst of the campaign; may be repeated")
    asked = options.parse_args()
    glint = os.environ.get("GLINT", os.path.join(ROOT, "target", "release", "glint"))
    if not shutil.which(glint) or not shutil.which("rtl_433"):
        options.error("glint (built, or named by GLINT) and rtl_433 (Debian's package rtl-433) are needed")
    campaign = {}
    if asked.campaign:
        with open(asked.campaign, encoding="utf-8") as file:
            campaign = {line["unit"]: line for line in map(json.loads, file) if line["outcome"]["plain"] is not None}
    with tempfile.TemporaryDirectory() as folder:
        folder_of_scenes = os.path.join(folder, "scenes")
        output([glint, "verify", "--scenes", folder_of_scenes, "--scale", asked.scale])
        scenes = {}
        for file in sorted(os.listdir(folder_of_scenes)):
            path = os.path.join(folder_of_scenes, file)
            with open(path, "rb") as text:
                title = tomllib.load(text)["scene"]["title"]
            scenes.setdefault(title, []).append((file.removesuffix(".scene.toml"), path))
        kinds = {}
        for kind in asked.kind or KINDS:
            if kind not in scenes:
                options.error(f"{kind} is no kind of burst of the campaign; there are: {', '.join(scenes)}")
            kinds[kind] = scored_kind(glint, scenes[kind], campaign, folder)
    programs = list(next(iter(kinds.values())))
    programs.sort(key=lambda program: (program != "glint", program.startswith("rtl_433"), program))
    print("| burst | limit, dB | bursts | " + " | ".join(programs) + " |")
    print("| --- | --- | --- |" + " --- |" * len(programs))
    for kind, scored in kinds.items():
        first = scored["glint"]["kinds"][0]
        cells = " | ".join(over_limit(scored[program]) for program in programs)
        print(f"| {kind} | {signed(first['limit_at_pd_0_9_db'])} | {first['bursts']} | {cells} |")
    print("\nSNR at which nine of ten are found, dB over the limit (95 %); after it the false alarms.")
    for kind, scored in kinds.items():
        print(f"\n| {kind}, dB | bursts | " + " | ".join(programs) + " |")
        print("| --- | --- |" + " --- |" * len(programs))
        pairs = {program: shares(scored[program]) for program in programs}
        for low, (_, bursts) in sorted(pairs["glint"].items()):
            cells = " | ".join(f"{pairs[program][low][0] / bursts:.2f}" for program in programs)
            print(f"| {low:+d} and {low + 1:+d} | {bursts} | {cells} |".replace("-", "−").replace("+0 ", "0 "))


if __name__ == "__main__":
    main()
