"""Rounds become a table, JSON and a plot."""

import statistics


def median(values):
    return statistics.median(values) if values else None


def summary(row, rounds):
    """Of one row: each column's median and spread, and the ratios round by round."""
    columns = {}
    for name in dict.fromkeys(name for found in rounds for name in found):
        figures = [found[name] for found in rounds if name in found]
        keys = dict.fromkeys(key for f in figures for key in f)
        columns[name] = {
            key: {
                "median": median([f[key] for f in figures if key in f]),
                "least": min(f[key] for f in figures if key in f),
                "most": max(f[key] for f in figures if key in f),
            }
            for key in keys
        }
    result = {
        "name": row.name,
        "value": row.value,
        "limit": row.limit,
        "goal": row.goal,
        "columns": columns,
        "ratios": {},
    }
    for other in columns:
        if other == "torhaus":
            continue
        ratios = [
            found["torhaus"][row.value] / found[other][row.value]
            for found in rounds
            if row.value in found.get(other, {}) and found[other][row.value]
        ]
        if ratios:
            result["ratios"][other] = {
                "median": median(ratios),
                "least": min(ratios),
                "most": max(ratios),
            }
    reached(row, result)
    return result


def reached(row, result):
    """Adds how the row stands to its goal: 1 and more is reached."""
    ours = result["columns"].get("torhaus", {}).get(row.value)
    if row.limit:
        to_limit = result["ratios"].get(row.limit)
        standing = to_limit and to_limit["median"] / row.goal
    else:
        standing = ours and row.goal and ours["median"] / row.goal
    if standing:
        result["standing"] = 1 / standing if row.lower_is_better else standing


UNITS = {
    "per_second": "/s",
    "mb_per_second": " MB/s",
    "cpu_us": " us CPU",
    "p99.9 / p50": "",
}


def shown(figure, unit):
    digits = 0 if abs(figure["median"]) >= 100 else 2
    return (
        f"{figure['median']:,.{digits}f}{unit} "
        f"({figure['least']:,.{digits}f} to {figure['most']:,.{digits}f})"
    )


def line(result):
    unit = UNITS.get(result["value"], " us")
    parts = []
    for name, figures in result["columns"].items():
        if result["value"] in figures:
            parts.append(f"{name} {shown(figures[result['value']], unit)}")
    for other, ratio in result["ratios"].items():
        parts.append(f"{ratio['median']:.2f} of {other}")
    ours = result["columns"].get("torhaus", {})
    for key, label in (("cpu_us", "CPU {:,.1f} us"), ("cpu_s_per_gb", "{:,.2f} CPU s/GB")):
        if key in ours and key != result["value"]:
            parts.append(label.format(ours[key]["median"]))
    if "p50" in ours and "p99" in ours:
        parts.append(f"p50 {ours['p50']['median']:,.0f} p99 {ours['p99']['median']:,.0f} us")
    if "standing" in result:
        goal = "reached" if result["standing"] >= 1 else f"missed, {result['standing']:.2f}"
        parts.append(f"goal {result['goal']:g}: {goal}")
    return f"{result['name']:44} " + "; ".join(parts)


def plot(results, path):
    """Bars: where each row stands to its goal."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = [r for r in results if "standing" in r]
    if not rows:
        return
    figure, axes = pyplot.subplots(figsize=(10, 0.35 * len(rows) + 1.5))
    standings = [r["standing"] for r in rows]
    colours = ["#2a7f62" if s >= 1 else "#b5482a" for s in standings]
    axes.barh([r["name"] for r in rows], standings, color=colours)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_xlabel("standing to the goal of the row; 1 is reached")
    figure.tight_layout()
    for ending in ("svg", "png"):
        figure.savefig(f"{path}.{ending}", dpi=120)
    pyplot.close(figure)
