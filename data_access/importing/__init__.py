"""Bringing other systems' exports into an owned report database.

``sources`` read files and servers into tables of cells, ``mapping`` says what the cells mean,
``convert`` makes reports of them, ``store`` writes them, ``run`` joins the four.
"""
