"""What the app reads: its settings and functions, from the source."""
import functools
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).parent.parent.parent
SOURCES = {path: path.read_text() for path in (ROOT / "functions").rglob("*.cs") if not {"bin", "obj"} & set(path.parts)}
APP = {path: text for path, text in SOURCES.items() if "App" in path.parts}
PRODUCT = {path: text for path, text in SOURCES.items() if "LocalHost" not in path.parts}


@functools.cache
def functions():
    """Names of all functions, with the kind of their trigger."""
    found = {}
    for text in APP.values():
        for literal, named, rest in re.findall(r'\[Function\((?:"(\w+)"|nameof\((\w+)\))\)\](.*?)(?=\[Function\(|\Z)', text, re.S):
            found[literal or named] = re.search(r"\[(\w+)Trigger\b", rest)[1]
    return found


@functools.cache
def settings():
    """Every setting, with : between its parts and * for an index or a name of one's own."""
    found = set()
    services = "\n".join(APP.values())
    bound = r"AddOptions(?:WithValidateOnStart)?<(\w+)[^(]*\(\)\s*\.Bind\(configuration(?:\.GetSection\(([^)]+)\))?\)"
    for kind, section in re.findall(bound, services):
        name = section.strip('"') if section.startswith('"') else _constant(section) if section else ""
        found |= {f"{name}:{option}".lstrip(":") for option in _options(kind)}
    found |= set(re.findall(r'configuration\["([\w:]+)"\]', services))
    found |= set(re.findall(r'const string \w+Setting = "([\w:]+)"', services))
    found |= {name for text in APP.values() for name in re.findall(r"%(\w+)%", text)}
    host = next(text for path, text in SOURCES.items() if path.name == "LocalHostSettings.cs")
    keys = next(text for path, text in SOURCES.items() if path.name == "HttpKeys.cs")
    found |= {f"LocalHost:{name}" for name in re.findall(r'section\["(\w+)"\]', host)}
    found |= {f"LocalHost:Keys:{name}" for name in re.findall(r'section\["(\w+)"\]', keys)} | {"LocalHost:Keys:functions:*"}
    return found


@functools.cache
def host_options():
    """What host.json may hold: names that the host reads, or that stand in the file."""
    def names(value):
        return {name for key, inner in value.items() for name in [key, *names(inner)]} if isinstance(value, dict) else set()
    read = "\n".join(text for path, text in SOURCES.items() if "LocalHost" in path.parts and path.name in
                     ("HostSettings.cs", "KafkaSettings.cs", "DurableSettings.cs"))
    return names(json.loads((ROOT / "host.json").read_text())) | set(re.findall(r'"(\w+)"', read)) | {"extensions", "kafka", "durableTask"}


@functools.cache
def sample():
    values = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    return {name.replace("__", ":") for name in values}


def _constant(name):
    holder = name.split(".")[0]
    text = next(text for text in PRODUCT.values() if re.search(rf"(?:record|class) {holder}\b", text))
    return re.search(r'const string Section = "(\w+)"', text)[1]


def _options(kind):
    """Settings of one options record, its base's among them."""
    for text in PRODUCT.values():
        match = re.search(rf"(?:record|class) {kind}\b(?:\([^)]*\))?(?:\s*:\s*(\w+))?\s*\{{(.*?)\n\}}", text, re.S)
        if not match:
            continue
        if match[1]:
            yield from _options(match[1])
        member = r"public (?!static|const)(?:override |required |virtual |abstract )*([\w<>?, \[\]]+?) (\w+) \{ get; (?:init|set); \}"
        for shape, name in re.findall(member, match[2]):
            inner = re.search(r"(?:List|Dictionary|IList)<(?:string, )?(\w+)>|(\w+)\[\]", shape)
            element = inner and (inner[1] or inner[2])
            if not inner:
                yield name
            elif element in ("string", "int"):
                yield f"{name}:*"
            else:
                yield from (f"{name}:*:{option}" for option in _options(element))
        return


def matches(name, patterns):
    """The pattern a setting is of; null when none is."""
    for pattern in patterns:
        if re.fullmatch(re.escape(pattern).replace(r"\*", r"[^:]+"), name, re.I):
            return pattern
    return None
