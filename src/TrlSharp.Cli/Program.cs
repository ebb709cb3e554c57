using TrlSharp.Cli;

ProcessRestart.IfItTrains(args);
return await CommandLine.RunAsync(args, Terminal.ForProcess());
