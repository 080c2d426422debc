"""What the Workers screen shows, as lines: pure functions of what was looked up, of the width and of the time.

===========  ==========================================================
`sight`      what was looked up, in a thread
`entries`    what a panel is made of
`staff`      workers and the keeper
`running`    what runs, with what it uses
`curves`     bars and curves; what each job used, as long as it is shown
`holdings`   resources: who has them, who waits, who locked them
`yard`       the yard's health, and what the doctor says
`asking`     the words of the questions before something is done
===========  ==========================================================
"""
