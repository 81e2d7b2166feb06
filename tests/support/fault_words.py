"""Ordinary words, and numbers drawn from a digest, for answers that depend on nothing but the request."""

from __future__ import annotations

import hashlib
import struct

_TEXT = """
apple autumn anchor actor acorn advice alley amber ankle apron arrow artist attic aunt award badge baker
balcony banana barrel basket beach bean beard berry bicycle bird biscuit blanket blossom boat bottle bowl
branch bread breeze brick bridge broom brother brush bucket butter button cabin cable camera candle canyon
captain carpet carrot castle cattle cellar chalk cheese cherry chicken chimney church cinema circle citizen
clay climate cloud clover coast coffee collar comet copper corner cotton cousin cradle crane cream cricket
crown curtain cushion dairy dancer dawn daughter deer dentist desert diamond dinner doctor dolphin donkey
door dozen dragon drawer dream drum duck dust eagle earth echo elbow engine envelope evening fabric factory
falcon family farmer feather fence ferry fiddle field finger fisherman flag flame flower forest fountain fox
frost fruit funnel garden garlic gate ginger giraffe glass glove goat grain grape grass gravel guitar hammer
harbor harvest hat hawk hedge helmet hill honey hook horizon horse hospital hotel iceberg island ivory
jacket jar jelly jewel journey juice jungle kettle keyboard kitchen kite kitten knee knight ladder lake lamp
lantern laundry leaf leather lemon letter library lion lizard lobster locker lumber machine magnet mango
maple marble market meadow medal melon merchant mirror monkey morning mountain mouse museum mushroom napkin
needle neighbor nephew nest noodle notebook nurse oak ocean office olive onion orange orchard orchestra
otter oven owl paddle painter palace panther paper parade parrot pasture peach peanut pebble pencil pepper
piano pigeon pillow pilot pine planet plate pocket poem pond pony porch potato pottery powder prairie prince
puddle pumpkin puppet puzzle quarry quilt rabbit radio railway rain rainbow raven recipe ribbon rice river
robin rocket roof rope rose saddle sailor salad salmon sand sandwich scarf school scissors seagull season
shadow shark sheep shelf shell shepherd shoe shoulder shovel silk silver singer sister sketch sky slipper
snail snow soap soldier soup sparrow spider spoon spring squirrel stable staircase star statue stone storm
stove straw stream street sugar summer sunset surgeon swan sweater table tailor teacher temple tent theater
thread thunder ticket tiger timber toast tomato torch tower tractor train treasure tree trumpet tulip tunnel
turkey turtle uncle valley vegetable velvet village vinegar violin volcano wagon waiter walnut water whale
wheat wheel whistle willow window winter wizard wolf wool yard zebra borrow build carry catch chase choose
climb collect cook count cross dig draw drive explain fold follow gather grow hide invite jump kneel laugh
lean learn lift measure mend paint plant polish pour prepare promise pull push repair rest sail search sew
share sing sleep swim teach travel visit walk wander wash watch weave whisper brave bright broad calm cheap
clean clever cold crisp curious dark deep dry early faint fresh gentle golden grey happy heavy hollow honest
hungry kind late lazy light lively lonely loud lucky narrow noisy old patient plain proud purple quick quiet
"""
WORDS: tuple[str, ...] = tuple(_TEXT.split())


class Draw:
    """A stream of numbers and words that is a function of its seed."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._numbers: list[int] = []
        self._refills = 0

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1; n is at most 2**32."""
        if not self._numbers:
            pool = hashlib.shake_128(b"%d %b" % (self._refills, self._seed)).digest(256)
            self._numbers = list(struct.unpack(">64I", pool))
            self._refills += 1
        return self._numbers.pop() % n

    def fraction(self) -> float:
        """A number from 0 up to, not including, 1."""
        return self.below(1 << 32) / (1 << 32)

    def words(self, n: int) -> list[str]:
        """n words; one word may come twice."""
        below, size = self.below, len(WORDS)
        return [WORDS[below(size)] for _ in range(n)]

    def distinct_words(self, n: int) -> list[str]:
        """n words, none repeated before the whole list has been used."""
        out: list[str] = []
        while len(out) < n:
            deck = list(WORDS)
            for i in range(min(len(deck), n - len(out))):
                j = i + self.below(len(deck) - i)
                deck[i], deck[j] = deck[j], deck[i]
                out.append(deck[i])
        return out

    def sentence(self, low: int = 8, high: int = 12) -> str:
        """A sentence of low to high words."""
        return as_sentence(self.words(low + self.below(high - low + 1)))


def as_sentence(words: list[str]) -> str:
    """The words joined, with a capital letter and a full stop."""
    return " ".join(words).capitalize() + "."
