"""The live channel: sockets that tell what happens in a session or a topic while it is looked at.

Decided here, with the reason:

* A socket only listens. Asking for the floor, giving it, intervening and the gavel are plain form
  posts: they work without JavaScript, have CSRF protection, and get the same answers and codes as
  every other form. One way in for acts, one for news.
* Consumers are bare ASGI callables, not Channels' consumer classes: those subscribe each socket to
  the channel layer and dispatch each frame, which is what breaks at a thousand sockets
  (``performance.md``, "Live").
* A frame is encoded once, when its event is written, and travels with the prompt while it is small:
  a process that hears it need not ask the database. A number that is missing is read from the log.
* A socket that cannot keep up is closed with 1013 and comes back with the number of the last frame
  it has.

Close codes: 1003 binary, 1008 flood or too many windows, 1009 message too long, 1012 the hub
restarts, 1013 too slow or the log cannot be read (come back), 4000 come back (rights are checked
anew every quarter of an hour), 4403 no longer a member, 4404 no such room, or hidden.
"""
