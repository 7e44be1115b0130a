"""The way of a message into the hub.

=========================  =========================================================================
:mod:`server`              SMTP, with :mod:`transaction`, :mod:`authentication` and :mod:`peers`
:mod:`handler`             what is answered to each command
:mod:`recipients`          what the address of a recipient means
:mod:`reading`             guard, parse and trim: all that the message alone can tell
:mod:`facts`               what the hub knows that bears on it, asked once for a group of messages
:mod:`evaluation`          one verdict a recipient: :mod:`rules` for lists, :mod:`address_handlers`
                           for the other addresses
:mod:`spool`               the verdicts of all waiting sessions in one commit; then ``250``
:mod:`worker`              what was accepted is published or carried out, after the answer
=========================  =========================================================================
"""
