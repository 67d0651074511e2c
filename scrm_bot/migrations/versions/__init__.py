"""The revisions. They import nothing of ours: the models go on changing, a revision never does."""
