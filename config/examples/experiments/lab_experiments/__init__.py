"""Three experiments on a qubit, written as a lab would: amplitude Rabi, T1, Ramsey. They know nothing of jobyard."""
