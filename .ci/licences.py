#!/usr/bin/env python3
"""Every crate we link or build with has a licence that deny.toml allows. For machines without cargo-deny.

usage: cargo metadata --format-version 1 --locked --filter-platform TARGET | licences.py deny.toml
"""
import json, re, sys, tomllib


def allowed(expression, licences):
    """Evaluates an SPDX expression: OR needs one side, AND both; the old "MIT/Apache-2.0" is an OR."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    tokens = re.sub(r"(\S+) WITH (\S+)", r"\1-WITH-\2", " ".join(tokens)).split()
    words = {"AND": "and", "OR": "or", "(": "(", ")": ")"}
    names = {name.replace(" WITH ", "-WITH-") for name in licences}
    # Only True, False, and, or and brackets are left to evaluate.
    return eval(" ".join(words.get(token, str(token in names)) for token in tokens))


def main():
    with open(sys.argv[1], "rb") as file:
        rules = tomllib.load(file)
    meta = json.load(sys.stdin)
    linked = {node["id"] for node in meta["resolve"]["nodes"]}
    bad, counted = [], 0
    for package in meta["packages"]:
        if package["id"] not in linked:
            continue
        counted += 1
        licence = package["license"]
        if not licence or not allowed(licence, rules["licenses"]["allow"]):
            bad.append(f"{package['name']} {package['version']}: {licence or 'no licence'}")
        source = package["source"]
        if source and source != "registry+https://github.com/rust-lang/crates.io-index":
            bad.append(f"{package['name']} {package['version']}: comes from {source}")
    banned = {ban["crate"] for ban in rules["bans"]["deny"]}
    bad += [f"{p['name']} {p['version']}: is banned" for p in meta["packages"] if p["id"] in linked and p["name"] in banned]
    if bad:
        raise SystemExit("\n".join(sorted(bad)))
    print(f"{counted} packages, all allowed")


main()
