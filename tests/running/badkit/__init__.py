"""What `bad_inputs` is made of: odd values, command lines made of them, files made of them, and where they are tried.

`values`   words that break programs, by what is asked for
`lines`    command lines, from the commands' own parameters
`files`    job files, task files and settings, mangled
`stage`    a yard to try them on, from which nothing gets out
"""
