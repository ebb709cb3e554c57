using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("TrlSharp.Cli.Tests")]
