"""How much a socket may do and cost, in one place."""

# Frames a socket may be behind before it is closed; it resumes by number.
QUEUE = 64
# Bytes a message from a socket may have; ours have about twenty.
MAX_MESSAGE = 4_096
# Messages a socket may send at once, and a second after that.
BURST, RATE = 30, 2.0
# Messages' worth that one which cannot be read costs.
BAD_COSTS = 3
# Windows one member may have open on one room.
MAX_WINDOWS = 20
# Sockets of visitors who are not signed in, of one process; those of one client are
# HUB_SOCKETS_PER_CLIENT.
MAX_ANONYMOUS = 5_000
# Seconds a socket lives before it has to come back, so that a changed policy takes effect. A
# sign-in that ends, ends it at once.
LIFETIME = 900.0
# Seconds between two looks at the rows, in case a prompt was lost.
POLL, POLL_TOPIC = 10.0, 60.0
# Seconds to wait for a room to be ready, and for a closing frame to leave.
READY, CLOSING = 10.0, 5.0
# Characters of frames a room keeps, so that a thousand sockets coming back do not each read the
# database.
RECENT = 500_000
# Characters of a frame that travel with its prompt; a longer one is read from the log by each
# process.
CARRIED = 32_000
# Seconds after which a socket hears something at the latest: a page that hears nothing for twice as
# long takes the line for down. Readers of a topic wait for nothing, and may be many.
BEAT, BEAT_TOPIC = 5.0, 25.0
# Parts of a room that get their beat one after another, so that a thousand are never due at once.
SLICES = 5
# Beats in which a socket took nothing of what waits for it, after which it is gone.
STUCK_BEATS = 3
# Seconds between two presence frames, and after which another process's count is forgotten.
PRESENCE, FORGET = 1.0, 35.0

BINARY, BAD_CONDUCT, TOO_LONG, COME_BACK_LATER = 1003, 1008, 1009, 1013
RENEW, REMOVED, NOT_FOUND = 4000, 4403, 4404
