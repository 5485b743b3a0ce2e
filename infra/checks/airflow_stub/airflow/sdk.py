"""As much of Airflow 3's task SDK as the DAGs here use: it notes tasks and edges and runs nothing. What it does not know it refuses."""
import functools

DAGS = {}
_open = []
_DAG_OPTIONS = {"dag_id", "schedule", "start_date", "catchup", "max_active_runs", "default_args", "params", "tags", "doc_md"}
_TASK_OPTIONS = {"retries", "max_active_tis_per_dagrun", "task_id"}
_SENSOR_OPTIONS = {"poke_interval", "timeout", "mode"}


class Param:
    def __init__(
            self, default, *, type, enum=None, items=None, uniqueItems=None, minimum=None, maximum=None, format=None, description=None):
        self.value, self.type, self.enum = default, type, enum
        if enum is not None and default not in enum:
            raise ValueError(f"{default} is not one of {enum}")


class Node:
    """A task in a DAG; also what stands for its result."""

    def __init__(self, task_id, function=None, options=None, kind="task"):
        self.task_id, self.function, self.options, self.kind, self.mapped = task_id, function, options or {}, kind, False
        if not _open:
            raise RuntimeError(f"{task_id} stands outside a DAG")
        if task_id in _open[-1].tasks:
            raise RuntimeError(f"{task_id} is there twice")
        self.dag = _open[-1]
        self.dag.tasks[task_id] = self

    def __rshift__(self, other):
        self.dag.edges.add((self.task_id, other.task_id))
        return other


class Dag:
    def __init__(self, options):
        self.options, self.tasks, self.edges = options, {}, set()


def dag(**options):
    if set(options) - _DAG_OPTIONS:
        raise TypeError(f"@dag has no {set(options) - _DAG_OPTIONS}")

    def decorate(function):
        @functools.wraps(function)
        def build():
            made = Dag(options)
            _open.append(made)
            function()
            _open.pop()
            if options["dag_id"] in DAGS:
                raise RuntimeError(f"{options['dag_id']} is there twice")
            DAGS[options["dag_id"]] = made
            return made
        return build
    return decorate


class _Decorated:
    def __init__(self, function, options, kind):
        self.function, self.options, self.kind = function, options, kind

    def __call__(self, **inputs):
        return self._node(inputs, mapped=False)

    def expand(self, **inputs):
        if not inputs:
            raise TypeError("expand needs what to expand over")
        return self._node(inputs, mapped=True)

    def _node(self, inputs, mapped):
        names = self.function.__code__.co_varnames[:self.function.__code__.co_argcount]
        if set(inputs) - set(names):
            raise TypeError(f"{self.function.__name__} takes no {set(inputs) - set(names)}")
        node = Node(self.function.__name__, self.function, self.options, self.kind)
        node.mapped = mapped
        for value in inputs.values():
            if isinstance(value, Node):
                value >> node
        return node


class _Task:
    def __call__(self, function=None, **options):
        return self._decorate(function, options, _TASK_OPTIONS, "task")

    def sensor(self, function=None, **options):
        return self._decorate(function, options, _TASK_OPTIONS | _SENSOR_OPTIONS, "sensor")

    @staticmethod
    def _decorate(function, options, known, kind):
        if set(options) - known:
            raise TypeError(f"a {kind} has no {set(options) - known}")
        return _Decorated(function, options, kind) if function else lambda later: _Decorated(later, options, kind)


task = _Task()
