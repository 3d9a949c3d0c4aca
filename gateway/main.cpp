// The command line's way in; everything else is in cli/.
int main() { return 0; }
