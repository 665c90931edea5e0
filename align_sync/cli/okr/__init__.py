"""`align-sync okr`: the OKR system, from writing the book to reading its values."""

from align_sync.cli.lazy import Commands, LazyGroup

COMMANDS: Commands = {
    "template": ("align_sync.cli.okr.template", "A file to begin with."),
    "import": ("align_sync.cli.okr.import_table", "A table of OKRs (CSV, XLSX) into a YAML file."),
    "validate": ("align_sync.cli.okr.validate", "Are the files sound? Every problem with its place."),
    "lint": ("align_sync.cli.okr.lint", "Can these OKRs be measured and reached? Each finding with a better wording."),
    "plan": ("align_sync.cli.okr.plan", "What applying the files would create, change and remove."),
    "apply": ("align_sync.cli.okr.apply", "Put the OKRs of the files in force."),
    "publish": ("align_sync.cli.okr.publish", "Publish the book in force, if it can be measured."),
    "tree": ("align_sync.cli.okr.tree", "The cascade from company to team, with progress and health."),
    "show": ("align_sync.cli.okr.show", "One key result: its plan, its readings, its forecast, its work."),
    "diff": ("align_sync.cli.okr.diff", "What changed between two versions of the book, by whom and why."),
    "export": ("align_sync.cli.okr.export", "The book and all that is known of it, in open formats."),
    "metrics": ("align_sync.cli.okr.metrics", "The register of metrics: source, owner, last reading, how sure we are."),
    "read": ("align_sync.cli.okr.read", "Read the metrics from where their values come from."),
    "record": ("align_sync.cli.okr.record", "Write down a value or a confidence by hand."),
    "push": ("align_sync.cli.okr.push", "Give the value of a metric that another system tells."),
    "backfill": ("align_sync.cli.okr.backfill", "Earlier values of a metric, from a CSV file."),
    "readings": ("align_sync.cli.okr.readings", "The readings of a metric; release one that is quarantined."),
}

command = LazyGroup(name="okr", table=COMMANDS, help="The OKR book: write, check, apply, measure and show it.")
