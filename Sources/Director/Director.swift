// Director
