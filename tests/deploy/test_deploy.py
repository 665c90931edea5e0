"""What is shipped for deployments is well formed, keeps to the rules for containers, and names only what exists."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from align_sync import __version__
from align_sync.cli.main import COMMANDS
from align_sync.daemon.gauges import list_gauges
from align_sync.flows.watch import Watched
from align_sync.settings import Settings
from align_sync.settings_channels import Channels, ChannelSettings
from align_sync.settings_service import Engine
from align_sync.settings_sources import OTHER_VARIABLES, load_settings
from align_sync.store.daemons import Daemon
from align_sync.telemetry.metrics import Counter, Duration
from tests.make import NOW

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UID = 65532


def read_all(path: str) -> list[Any]:
    return list(yaml.safe_load_all((DEPLOY / path).read_text()))


# the image


def instructions() -> list[tuple[str, str]]:
    """Each with its arguments, lines that go on put together, comments left out."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def of_kind(name: str) -> list[str]:
    return [rest for kind, rest in instructions() if kind == name]


def test_the_image_is_built_in_two_stages_from_one_pinned_base() -> None:
    assert of_kind("FROM") == ["${BASE} AS build", "${BASE}"]
    assert of_kind("ARG") == [one for one in of_kind("ARG") if re.fullmatch(r"BASE=python:3\.\d+\.\d+-slim-\w+", one)]
    assert len(of_kind("ARG")) == 1


def test_the_image_keeps_to_the_rules_for_images() -> None:
    text = (ROOT / "Dockerfile").read_text()
    kinds = [kind for kind, _ in instructions()]
    assert set(kinds) <= {
        "ARG", "FROM", "ENV", "WORKDIR", "COPY", "RUN", "LABEL", "USER", "VOLUME", "HEALTHCHECK", "STOPSIGNAL",
        "ENTRYPOINT", "CMD",
    }  # fmt: skip
    assert "ADD" not in kinds
    assert "latest" not in text
    assert not re.search(r"curl|wget|apt-get|sudo|chmod 777|\| *(ba)?sh", text)
    assert [kinds.count(one) for one in ("USER", "CMD", "ENTRYPOINT", "HEALTHCHECK")] == [1, 1, 1, 1]
    assert all(Path(one).is_absolute() for one in of_kind("WORKDIR"))
    for form in (*of_kind("CMD"), *of_kind("ENTRYPOINT"), of_kind("HEALTHCHECK")[0].partition("CMD ")[2]):
        assert isinstance(json.loads(form), list)  # without a shell, signals reach the service
    installs = [one for run in of_kind("RUN") for one in run.split("&&") if " install " in one and "pip" in one]
    assert installs
    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)


def test_the_image_runs_as_a_user_of_its_own_and_checks_itself() -> None:
    assert of_kind("USER") == [f"{UID}:{UID}"]
    assert of_kind("VOLUME") == ["/data"]
    command = json.loads(of_kind("HEALTHCHECK")[0].partition("CMD ")[2])
    assert command == ["align-sync", "health"]
    assert command[1] in COMMANDS
    assert json.loads(of_kind("CMD")[0])[0] in COMMANDS
    after_user = [kind for kind, _ in instructions()][[kind for kind, _ in instructions()].index("USER") :]
    assert not {"RUN", "COPY"} & set(after_user)


def test_the_image_is_built_from_what_is_listed_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    listed = {line[1:] for line in lines if line.startswith("!")}
    copied = set(chain.from_iterable(one.split()[:-1] for one in of_kind("COPY") if not one.startswith("--from")))
    assert copied <= listed
    assert {one for one in listed if not (ROOT / one).exists()} == set()


def test_what_builds_is_pinned_as_it_is_for_developers() -> None:
    entry = re.compile(r"^[a-z-]+==\S+ \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", re.MULTILINE)
    built = entry.findall((DEPLOY / "build.lock").read_text())
    assert {one.partition("==")[0] for one in built} >= {"hatchling", "packaging", "pathspec", "pluggy"}
    assert set(built) <= set(entry.findall((ROOT / "requirements-dev.lock").read_text()))


# Kubernetes and compose

VARIANTS = ("kubernetes/sqlite.yaml", "kubernetes/scale.yaml")


def deployment(variant: str) -> dict[str, Any]:
    (found,) = [one for one in read_all(variant) if one["kind"] == "Deployment"]
    return dict(found["spec"])


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_pod_may_do_no_more_than_it_must(variant: str) -> None:
    pod = deployment(variant)["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"] | {"runAsNonRoot": True, "runAsUser": UID} == pod["securityContext"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in (*pod["containers"], *pod.get("initContainers", ())):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["image"] == f"align-sync:{__version__}"
        assert container["args"][0] in COMMANDS
        assert container["envFrom"] == [{"secretRef": {"name": "align-sync"}}]
        assert container["resources"]["limits"]["memory"]
        mounted = {one["name"] for one in container["volumeMounts"]}
        assert mounted <= {one["name"] for one in pod["volumes"]}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_pod_is_probed_where_it_answers_and_has_time_to_end(variant: str) -> None:
    pod = deployment(variant)["template"]["spec"]
    (container,) = pod["containers"]
    told = {one["name"]: one["value"] for one in container["env"]}
    (port,) = container["ports"]
    assert told["ALIGN_SYNC_SERVE__PROBES"] == f"0.0.0.0:{port['containerPort']}"
    paths = {name: container[name]["httpGet"] for name in ("livenessProbe", "readinessProbe", "startupProbe")}
    assert {name: one["path"] for name, one in paths.items()} == {
        "livenessProbe": "/livez",
        "readinessProbe": "/readyz",
        "startupProbe": "/readyz",
    }
    assert {one["port"] for one in paths.values()} == {port["name"]}
    assert pod["terminationGracePeriodSeconds"] > Settings().serve.grace.total_seconds()


def test_a_file_has_one_writer_and_a_server_has_many() -> None:
    single, many = deployment(VARIANTS[0]), deployment(VARIANTS[1])
    assert (single["replicas"], single["strategy"]) == (1, {"type": "Recreate"})
    assert many["replicas"] > 1
    engines = [
        {one["name"]: one["value"] for one in spec["template"]["spec"]["containers"][0]["env"]}.get("ALIGN_SYNC_ENGINE")
        for spec in (single, many)
    ]
    assert engines == [None, Engine.PROCRASTINATE.value]


def test_the_settings_of_the_example_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (settings,) = [one for one in read_all("kubernetes/common.yaml") if one["kind"] == "ConfigMap"]
    (tmp_path / "align-sync.toml").write_text(settings["data"]["align-sync.toml"])
    monkeypatch.setenv("ALIGN_SYNC_CHANNELS__PAYMENTS__TOKEN", "xoxb-1")
    monkeypatch.setenv("ALIGN_SYNC_SECRETS_DIR", str(tmp_path / "none"))
    assert load_settings(named=tmp_path / "align-sync.toml", folder=tmp_path).settings.channels["payments"].leadership


def test_the_network_policy_lets_in_who_watches_and_keeps_the_metadata_away() -> None:
    (policy,) = [one["spec"] for one in read_all("kubernetes/common.yaml") if one["kind"] == "NetworkPolicy"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert [one["ports"] for one in policy["ingress"]] == [[{"protocol": "TCP", "port": 9464}]]
    assert all(rule["from"] for rule in policy["ingress"])
    blocks = [to["ipBlock"] for rule in policy["egress"] for to in rule.get("to", ())]
    assert blocks == [{"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}]


def test_compose_runs_what_the_image_allows() -> None:
    (compose,) = read_all("compose.yaml")
    for name in ("serve", "upgrade"):
        service = compose["services"][name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["image"] == f"align-sync:{__version__}"
        assert set(service["secrets"]) <= set(compose["secrets"])
    assert compose["services"]["serve"]["depends_on"]["upgrade"]["condition"] == "service_completed_successfully"
    assert "ports" not in compose["services"]["database"]
    images = [one["image"] for one in compose["services"].values()]
    assert all(re.search(r":\d+\.\d+", image) for image in images)


# systemd, Slack, Prometheus


def test_the_unit_is_locked_in() -> None:
    text = (DEPLOY / "systemd" / "align-sync.service").read_text().partition("[Service]")[2].partition("[Install]")[0]
    service = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    wanted = {
        "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
        "DynamicUser": "yes", "UMask": "0077", "CapabilityBoundingSet": "", "MemoryDenyWriteExecute": "yes",
        "LoadCredential": "align_sync:/etc/align-sync/credentials",
    }  # fmt: skip
    assert {name: service[name] for name in wanted} == wanted
    assert service["ExecStart"].split()[1] in COMMANDS
    assert int(service["TimeoutStopSec"]) > Settings().serve.grace.total_seconds()


def test_the_slack_app_asks_for_what_is_needed_and_no_more() -> None:
    manifest = json.loads((DEPLOY / "slack" / "manifest.json").read_text())
    assert manifest["oauth_config"] == {
        "scopes": {"bot": ["chat:write", "channels:history", "groups:history", "channels:read", "groups:read"]}
    }


def metric_names() -> Iterator[str]:
    yield from (f"align_sync_{counter.value.name}_total" for counter in Counter)
    yield from (f"align_sync_{one.value.name}_{end}" for one in Duration for end in ("bucket", "count", "sum"))
    daemon = Daemon(owner="a", engine="inline", version="1", started_at=NOW, seen_at=NOW)
    watched = Watched(at=NOW, is_schema_current=True, engine=Engine.INLINE, daemons=(daemon,))
    yield from (f"align_sync_{gauge.told.name}" for gauge in list_gauges(watched, ""))


def test_alerts_watch_metrics_and_labels_that_exist() -> None:
    (rules,) = read_all("prometheus/rules.yaml")
    listed = [rule for group in rules["groups"] for rule in group["rules"]]
    named = {name for rule in listed for name in re.findall(r"align_sync_[a-z_]+", rule["expr"])}
    assert named - set(metric_names()) == set()
    assert len({rule["alert"] for rule in listed}) == len(listed)
    assert all(rule["labels"]["severity"] in {"critical", "warning", "info"} for rule in listed)
    assert all(rule["annotations"]["summary"] and rule["annotations"]["description"] for rule in listed)
    labels = {label for told in (*Counter, *Duration) for label in told.value.labels} | {"source", "channel", "kind"}
    used = set(re.findall(r"\$labels\.(\w+)", (DEPLOY / "prometheus" / "rules.yaml").read_text()))
    assert used <= labels


# names


def exists(variable: str) -> bool:
    model: Any = Settings
    for name in variable.removeprefix("ALIGN_SYNC_").lower().split("__"):
        if model is Channels:
            model = ChannelSettings
            continue
        field = getattr(model, "model_fields", {}).get(name)
        if field is None:
            return False
        model = Channels if name == "channels" else field.annotation
    return True


@pytest.mark.parametrize(
    "path", ["Dockerfile", *sorted(str(p.relative_to(ROOT)) for p in DEPLOY.rglob("*") if p.is_file())]
)
def test_every_setting_that_is_named_exists(path: str) -> None:
    text = (ROOT / path).read_text()
    named = {one.upper() for one in re.findall(r"(?i)\balign_sync_[a-z_]+[a-z]", text)}
    if "prometheus" in path:
        return
    assert {one for one in named - OTHER_VARIABLES if not exists(one)} == set()


def test_every_command_that_is_advised_exists() -> None:
    (rules,) = read_all("prometheus/rules.yaml")
    advice = " ".join(rule["annotations"]["description"] for group in rules["groups"] for rule in group["rules"])
    advised = set(re.findall(r"align-sync ([a-z]+)", advice))
    assert "doctor" in advised
    assert advised <= COMMANDS.keys()
