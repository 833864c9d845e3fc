"""Networks on ONNX Runtime: its own providers, and plugins that it is told of."""

import importlib
import threading
from collections.abc import Mapping

import onnxruntime as ort

from visavis.engine.providers.catalogue import Provider, Runtime
from visavis.engine.session import Array, SessionError, first_line, plain_options

_CPU = "CPUExecutionProvider"
_registered: set[str] = set()
_lock = threading.Lock()


class OnnxSession:
    """One network; its inputs and outputs are the caller's own memory."""

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session = session
        self._binding = session.io_binding()
        self._held: dict[str, Array] = {}  # alive as long as the runtime points into them

    def set_input(self, name: str, array: Array) -> None:
        if self._held.get(name) is not array:
            self._held[name] = array
            self._binding.bind_cpu_input(name, array)

    def set_output(self, name: str, array: Array) -> None:
        if self._held.get(name) is not array:
            self._held[name] = array
            value = ort.OrtValue.ortvalue_from_numpy(array)  # which shares its memory
            self._binding.bind_ortvalue_output(name, value)

    def run(self) -> None:
        try:
            self._session.run_with_iobinding(self._binding)
        except Exception as error:  # ONNX Runtime's exceptions share no base class
            raise SessionError(first_line(error)) from error


def open_onnx(model: bytes, row: Provider, options: Mapping[str, str], threads: int) -> OnnxSession:
    """Raises `SessionError` if the provider does not take the network."""
    if row.runtime is Runtime.ONNX and row.name not in built_in():
        raise SessionError(f"{row.title} is not at hand")
    settings = plain_options(threads)
    try:
        if row.runtime is Runtime.PLUGIN:
            settings.add_provider_for_devices(plugin_devices(row), dict(options))
            session = ort.InferenceSession(model, settings)
        else:
            chosen = [(row.name, dict(options))]
            spare = [] if row.name == _CPU else [_CPU]
            session = ort.InferenceSession(model, settings, providers=[*chosen, *spare])
    except Exception as error:  # ONNX Runtime's exceptions share no base class
        raise SessionError(first_line(error)) from error
    if row.name not in session.get_providers():
        raise SessionError(f"{row.title} does not start here")
    return OnnxSession(session)


def built_in() -> list[str]:
    """Providers of the installed onnxruntime, by its own names."""
    return list(ort.get_available_providers())


def plugin_devices(row: Provider) -> list[ort.OrtEpDevice]:
    """The devices that a plugin's library offers here. Raises `SessionError`."""
    try:
        with _lock:
            if row.name not in _registered:
                library = importlib.import_module(row.module).get_library_path()
                ort.register_execution_provider_library(row.name, library)
                _registered.add(row.name)
        devices = [device for device in ort.get_ep_devices() if device.ep_name == row.name]
    except Exception as error:  # whatever a foreign library trips over
        raise SessionError(first_line(error)) from error
    if not devices:
        raise SessionError("it finds no device that it can use")
    return devices[:1]
