#!/usr/bin/env python3
"""report.py FOLDER: makes FOLDER/report.html of FOLDER/{machine,micro,pipeline,load,compare,verify}.json (tables and SVG charts, one file, no
script), and results.json of all but micro: what benchmarks/baselines keeps."""
import html
import json
import math
import sys
from pathlib import Path

STYLE = """
body { font: 15px/1.5 system-ui, "IPAexGothic", sans-serif; color: #1a1c20; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid #d8dbe0 }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums } th { text-align: left; font-weight: 600 }
td, th { padding: .18rem .6rem .18rem 0; border-bottom: 1px solid #eceef1 } td.n, th.n { text-align: right; white-space: nowrap }
.met { color: #0a6b3d } .missed { color: #b3261e; font-weight: 600 } p.note { color: #5b616b }
svg { width: 100%; height: auto; margin: .6rem 0 } svg text { font: 12px system-ui, sans-serif; fill: #1a1c20 }
"""
OURS, PEER, FLOOR = "#2f5bd3", "#b9c0cc", "#6f7784"


def number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def bars(rows: list[tuple[str, float, str]], unit: str) -> str:
    """Horizontal bars on a logarithmic axis: (label, value, colour)."""
    low = 10 ** math.floor(math.log10(min(v for _, v, _ in rows) * 0.9))
    high = 10 ** math.ceil(math.log10(max(v for _, v, _ in rows)))
    width, left, line = 880, 130, 24
    scale = (width - left - 90) / math.log10(high / low)
    out = [f'<svg viewBox="0 0 {width} {line * len(rows) + 22}" role="img">']
    tick = low
    while tick <= high * 1.001:
        x = left + math.log10(tick / low) * scale
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{line * len(rows)}" stroke="#e3e6ea"/>'
                   f'<text x="{x:.1f}" y="{line * len(rows) + 16}" text-anchor="middle">{tick:g} {unit}</text>')
        tick *= 10
    for index, (label, value, colour) in enumerate(rows):
        y, length = index * line, math.log10(value / low) * scale
        out.append(f'<text x="{left - 8}" y="{y + 16}" text-anchor="end">{html.escape(label)}</text>'
                   f'<rect x="{left}" y="{y + 4}" width="{max(1, length):.1f}" height="{line - 8}" fill="{colour}"/>'
                   f'<text x="{left + length + 6:.1f}" y="{y + 16}">{number(value)}</text>')
    return "".join(out) + "</svg>"


def compare_part(rows: list[dict]) -> str:
    out = ["<h2>Beside peers: CPU ms a document (logarithmic)</h2>",
           '<p class="note">The same documents, key and certificate in one run; user and system time, median of the rounds. The floor is no '
           "product: copy, SHA-256 and OpenSSL's CMS in one warm process, without any PDF.</p>"]
    for document, key in dict.fromkeys((r["document"], r["key"]) for r in rows):
        case = [r for r in rows if (r["document"], r["key"]) == (document, key)]
        able = [r for r in case if "median_ms" in r]
        colour = {"ours": OURS, "ours, whole": OURS, "floor": FLOOR}
        out.append(f"<h3>{document}.pdf, {'RSA-2048' if key == 'rsa' else 'P-256'}</h3>")
        out.append(bars([(r["peer"], r["median_ms"], colour.get(r["peer"], PEER)) for r in able], "ms"))
        unable = [f"{html.escape(r['peer'])}: {html.escape(r['cannot'])}" for r in case if "cannot" in r]
        if unable:
            out.append(f'<p class="note">Cannot: {"; ".join(unable)}</p>')
    return "".join(out)


def pipeline_part(rows: list[dict], title: str = "The signing line beside its limits") -> str:
    out = [f"<h2>{title}</h2>"]
    for table in dict.fromkeys(r["table"] for r in rows):
        out.append(f"<h3>{html.escape(table)}</h3><table><tr><th></th><th class=n>ours</th><th>limit of the same run</th><th class=n></th>"
                   "<th class=n>ratio</th><th class=n>target</th><th></th></tr>")
        for row in (r for r in rows if r["table"] == table):
            ratio = row["value"] / row["limit"] if row["limit"] else None
            target, met = "", ""
            if row["target"] is not None:
                target, met = f"{number(row['target'])} {row['unit']}", row["value"] <= row["target"]
            elif row["target_ratio"] is not None:
                target, met = f"x {row['target_ratio']:g}", ratio <= row["target_ratio"]
            verdict = "" if met == "" else '<span class="met">met</span>' if met else '<span class="missed">missed</span>'
            out.append(f"<tr><td>{html.escape(row['name'])}</td><td class=n>{number(row['value'])} {row['unit']}</td>"
                       f"<td>{html.escape(row['limit_name'])}</td><td class=n>{number(row['limit']) if row['limit'] else ''}</td>"
                       f"<td class=n>{f'{ratio:.2f}' if ratio else ''}</td><td class=n>{target}</td><td>{verdict}</td></tr>")
        out.append("</table>")
    return "".join(out)


def micro_part(data: dict) -> str:
    out = ["<h2>Parts (Google Benchmark)</h2><table><tr><th></th><th class=n>ns an operation</th><th class=n>MB/s</th></tr>"]
    for row in data["benchmarks"]:
        if row.get("run_type") == "aggregate" and row.get("aggregate_name") != "median":
            continue
        factor = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[row["time_unit"]]
        rate = f"{row['bytes_per_second'] / 1e6:,.0f}" if "bytes_per_second" in row else ""
        out.append(f"<tr><td>{html.escape(row['name'])}</td><td class=n>{row['cpu_time'] * factor:,.0f}</td><td class=n>{rate}</td></tr>")
    return "".join(out) + "</table>"


def main() -> int:
    folder = Path(sys.argv[1])
    machine = json.loads((folder / "machine.json").read_text())
    out = ['<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Rakkan benchmarks</title>', f"<style>{STYLE}</style>",
           "<h1>Rakkan benchmarks</h1><table>"]
    out += [f"<tr><th>{html.escape(k)}</th><td>{html.escape(str(v))}</td></tr>" for k, v in machine.items()]
    out.append("</table>")
    for name, part in (("compare", compare_part), ("pipeline", pipeline_part), ("load", lambda rows: pipeline_part(rows, "The server under load")),
                       ("verify", lambda rows: pipeline_part(rows, "Verification beside its limits")), ("micro", micro_part)):
        file = folder / f"{name}.json"
        if file.exists():
            out.append(part(json.loads(file.read_text())))
    (folder / "report.html").write_text("\n".join(out))
    kept = {name: json.loads((folder / f"{name}.json").read_text()) for name in ("machine", "pipeline", "load", "compare", "verify")
            if (folder / f"{name}.json").exists()}
    (folder / "results.json").write_text(json.dumps(kept, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
