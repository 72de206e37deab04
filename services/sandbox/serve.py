"""The sandbox in this process: comes up, tells that it is ready, serves, and ends in time."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

from services.profile.paths import state_folder
from services.sandbox.ending import Ending
from services.sandbox.endpoints import SandboxRecord
from services.sandbox.folder import PrivateFolder, sweep
from services.sandbox.listeners import Listeners
from services.sandbox.options import SandboxOptions
from services.sandbox.requirements import check_requirements
from services.sandbox.runtime import publish


def serve(
    options: SandboxOptions,
    *,
    ready: Callable[[SandboxRecord], None],
    progress: Callable[[str], None],
) -> int:
    """Run a sandbox until SIGTERM, SIGINT, SIGHUP or, if so chosen, the end of standard input; returns 0.

    For the main thread of a process that has nothing else to do: 0.7 seconds after the end has begun the process is
    ended even if something in it hangs. Raises ConfigurationError when something needed is missing or in use.
    """
    check_requirements()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_run(options, ready, progress))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


async def _run(options: SandboxOptions, ready: Callable[[SandboxRecord], None], progress: Callable[[str], None]) -> int:
    ending = Ending()
    with ending.on_signals():
        if options.until_stdin_closes:
            ending.on_stdin_close()
        try:
            async with AsyncExitStack() as stack:
                start = asyncio.create_task(_start(options, ending, stack, progress))
                end = asyncio.create_task(ending.begun())
                await asyncio.wait({start, end}, return_when=asyncio.FIRST_COMPLETED)
                if start.done():
                    ready(start.result())
                    await end
                start.cancel()
                end.cancel()
                await asyncio.wait({start, end})
        finally:
            ending.clean()
    return 0


async def _start(
    options: SandboxOptions, ending: Ending, stack: AsyncExitStack, progress: Callable[[str], None]
) -> SandboxRecord:
    listeners = Listeners.bind(options.ports)
    stack.callback(listeners.close)
    progress("Loading the sandbox")
    # Late: these need the packages that the requirements are about, and take a third of the start.
    from services.sandbox.assembly import assemble
    from services.sandbox.server import Server

    folder = PrivateFolder()
    ending.at_end(folder.remove)
    assembly = await assemble(options, listeners, folder.path, progress)
    stack.push_async_callback(assembly.close)
    server = Server()
    stack.push_async_callback(server.stop)
    await server.start(assembly.apps)
    if options.publish:
        ending.at_end(publish(assembly.record, state_folder()).withdraw)
    await asyncio.to_thread(sweep, folder.path.parent)
    return assembly.record
