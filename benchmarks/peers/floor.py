"""What the job of `peer_job` costs at the least: a loop over a bare HTTP client that writes each answer to a file.

It tries nothing twice and cannot go on where it stopped.
"""

from __future__ import annotations

import asyncio
import json

from benchmarks.peer_job import DIALOGUE, PERSONA, filled, parse, topics
from pyreqwest.client import ClientBuilder


async def main() -> None:
    """Run it."""
    arguments = parse()
    waiting = topics(arguments.n)
    with (arguments.out / "calls.jsonl").open("w") as calls, (arguments.out / "out.jsonl").open("w") as rows:
        async with ClientBuilder().max_connections(None).http1_only().error_for_status().build() as client:

            async def ask(prompt: str) -> str:
                body = {"model": "any", "messages": [{"role": "user", "content": prompt}]}
                reply = await client.post(f"{arguments.url}/chat/completions").body_json(body).build().send()
                text: str = (await reply.json())["choices"][0]["message"]["content"]
                calls.write(json.dumps([prompt, text]) + "\n")
                return text

            async def work() -> None:
                for topic in waiting:
                    persona = await ask(filled(PERSONA, topic=topic))
                    dialogue = await ask(filled(DIALOGUE, topic=topic, persona=persona))
                    rows.write(json.dumps({"topic": topic, "persona": persona, "dialogue": dialogue}) + "\n")

            await asyncio.gather(*(work() for _ in range(arguments.conc)))


if __name__ == "__main__":
    asyncio.run(main())
