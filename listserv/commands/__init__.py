"""What a member or a moderator does by mail alone: words read, carried out, and answered in one
mail.

=====================  =============================================================================
:mod:`vocabulary`      every word that is understood, in six languages and of other list servers
:mod:`words`           a line of a mail becomes a command and what follows it
:mod:`parsing`         a mail becomes orders
:mod:`registry`        one row a command: who may, how it is written, what it does, who does it
:mod:`desk`            carries orders out, one after the other, and answers
:mod:`moderating`      the decision of a moderator who answers the letter about a held contribution
=====================  =============================================================================
"""
